#ifndef SEMISUP_MEDIA_LOG_H
#define SEMISUP_MEDIA_LOG_H

/// Keeps libav from printing; its errors are counted for each thread (`media_reported_errors`).
void media_log_silence(void);

#endif
