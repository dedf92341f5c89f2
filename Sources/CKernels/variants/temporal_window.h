// The frames that a window sees along T.

struct temporal_window {
    int64_t taps, padding, from_frames, to_frames;
};

/// The taps of output frame `frame` that see a frame.
static struct span taps_of_frame(const struct temporal_window *w, int64_t frame) {
    const int64_t first = w->padding - frame, end = w->from_frames + w->padding - frame;
    return (struct span){first > 0 ? first : 0, end < w->taps ? end : w->taps};
}

/// The output frames in which `tap` sees a frame.
static struct span frames_of_tap(const struct temporal_window *w, int64_t tap) {
    const int64_t first = w->padding - tap, end = w->from_frames + w->padding - tap;
    return (struct span){first > 0 ? first : 0, end < w->to_frames ? end : w->to_frames};
}

static bool tap_is_used(const struct temporal_window *w, int64_t tap) {
    const struct span frames = frames_of_tap(w, tap);
    return frames.first < frames.end;
}
