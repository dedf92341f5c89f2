#!/usr/bin/env python3
"""The log-mel picture of two seconds of a test sound, by librosa, and sound of small videos, by FFmpeg. Needs librosa and ffmpeg.

log-mel.f32: [40, 100] little-endian floats of `log(mel + 1e-6)`. NAME.sound.txt: every 97th sample of a file's sound at 16,000
samples a second: of 8,000 a second, of six channels at 48,000, and of the second of two streams, which is the default.
"""
import pathlib
import subprocess

import librosa
import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Reference" / "media"


def sound():
    """A tone, a sweep and noise of a linear congruential generator."""
    n = np.arange(32_000)
    state, noise = 1, np.empty(len(n))
    for i in n:
        state = (1_664_525 * state + 1_013_904_223) % 2**32
        noise[i] = state / 2**31 - 1
    tone = 0.4 * np.sin(2 * np.pi * 440 * n / 16_000)
    sweep = 0.3 * np.sin(2 * np.pi * (200 + 0.05 * n) * n / 16_000)
    return (tone + sweep + 0.1 * noise * (n < 20_000)).astype(np.float32)


def main():
    # Frames of 512 with a window of 400 in the middle: 56 further zeros at both ends bring the windows where they belong.
    padded = np.pad(np.pad(sound().astype(np.float64), 40, mode="reflect"), 56)
    mel = librosa.feature.melspectrogram(
        y=padded, sr=16_000, n_fft=512, win_length=400, hop_length=320, window="hann", center=False, power=2.0, n_mels=40,
        fmin=0, fmax=8_000, htk=True, norm=None)
    assert mel.shape == (40, 100), mel.shape
    np.log(mel + 1e-6).astype("<f4").tofile(OUT / "log-mel.f32")
    for name, stream in [("closed-gop.mp4", 0), ("six-channels.mp4", 0), ("two-sounds.mkv", 1)]:
        raw = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", OUT / name, "-map", f"0:a:{stream}", "-ac", "1", "-ar", "16000", "-f", "f32le", "-"],
            check=True, capture_output=True).stdout
        samples = np.frombuffer(raw, "<f4")
        (OUT / f"{name}.sound.txt").write_text("\n".join(f"{v:.5f}" for v in samples[::97]) + "\n")


if __name__ == "__main__":
    main()
