#ifndef SEMISUP_MEDIA_STATUS_H
#define SEMISUP_MEDIA_STATUS_H

/// How a call of this target ended. libav's own codes go no further than here.
enum media_status {
    MEDIA_OK = 0,
    /// No more packets in the file, or no more frames in the decoder.
    MEDIA_END,
    /// The decoder wants another packet before it gives a frame.
    MEDIA_AGAIN,
    MEDIA_MISSING,
    MEDIA_UNREADABLE,
    MEDIA_NOT_A_FILE,
    MEDIA_EMPTY,
    MEDIA_NOT_MEDIA,
    /// The container is known, but its header is damaged, incomplete or missing.
    MEDIA_DAMAGED_HEADER,
    MEDIA_NO_VIDEO,
    MEDIA_NO_SOUND,
    MEDIA_UNSUPPORTED_CODEC,
    MEDIA_UNSUPPORTED_PIXELS,
    /// Players turn the pictures by an angle that is no multiple of 90 degrees.
    MEDIA_UNSUPPORTED_ORIENTATION,
    /// A picture has another size than the first ones.
    MEDIA_SIZE_CHANGED,
    /// The decoder refused a packet or a frame.
    MEDIA_DECODE_FAILED,
    /// The file could not be read further for a reason other than its end.
    MEDIA_READ_FAILED,
    MEDIA_NO_MEMORY,
    /// libav could not be opened; `media_library_problem` says why.
    MEDIA_NO_LIBRARY,
};

/// Why libav could not be opened.
const char *media_library_problem(void);

#endif
