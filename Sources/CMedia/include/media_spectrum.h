#ifndef SEMISUP_MEDIA_SPECTRUM_H
#define SEMISUP_MEDIA_SPECTRUM_H

/// Power spectra of windows of sound, by libavutil's transform of real numbers.
struct media_spectrum;

/// Windows of `window` samples, under a periodic Hann curve, in the middle of `size` (even, at least `window`). NULL: no memory, no
/// library, or a size that the transform does not have.
struct media_spectrum *media_spectrum_create(int window, int size);
void media_spectrum_free(struct media_spectrum *spectrum);

/// Squared magnitudes of one window, `[size / 2 + 1]`.
void media_spectrum_power(struct media_spectrum *spectrum, const float *samples, float *power);

#endif
