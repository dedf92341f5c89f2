// Everything that the module CMedia offers.
#include "media_digest.h"
#include "media_libraries.h"
#include "media_orientation.h"
#include "media_png.h"
#include "media_reader.h"
#include "media_spectrum.h"
#include "media_status.h"
#include "media_writer.h"
