#pragma once

// A last word when this process crashes.

/// From now on a crash writes `message` to standard error and ends the process with `exit_code`, or as it would have ended
/// where that is 0; NULL: no more. The text is copied; what exceeds 1,000 bytes is cut. A crash of another thread than the caller's
/// says that before the message.
void crash_message(const char *message, int exit_code);

/// The step that the message ends with; negative: none.
void crash_step(long step);

/// The file that the calling thread reads from now on, which its crash names. The path is copied; a longer one than 1,000 bytes is
/// cut.
void crash_reading(const char *path);
