#include "onednn_library.h"
