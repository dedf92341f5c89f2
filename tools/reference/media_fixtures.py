#!/usr/bin/env python3
"""Makes the small videos of Tests/Reference/media and what FFmpeg's own tools say about them. Needs ffmpeg, ffprobe and numpy.

For each video NAME: NAME.txt has one line a frame in output order: picture type, key flag, time stamp ("-" if none), and twelve
pixels as RGB in hexadecimal, at columns (7919 s + 13) mod W and rows (104729 s + 7) mod H. NAME.rgb, for the files listed in
WHOLE, has the first frame entire, [H, W, 3]. Colours are libswscale's with accurate rounding and full chroma.
"""
import pathlib
import subprocess
import sys

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Reference" / "media"
WIDTH, HEIGHT, SAMPLES = 64, 48, 12
# Pixels that are packed, RGB, or of 16 bits.
PIXELS = [("packed-422.avi", "rawvideo", "yuyv422"), ("packed-422.mov", "rawvideo", "uyvy422"), ("rgb.mkv", "ffv1", "bgr0"),
          ("rgb-alpha.mkv", "ffv1", "bgra"), ("rgb-planes.mkv", "libx264rgb", "gbrp"), ("rgb-16.nut", "rawvideo", "rgb48be"),
          ("rgb-565.nut", "rawvideo", "rgb565le"), ("rgb-10.mkv", "ffv1", "gbrp10le"), ("sixteen-bit.mkv", "ffv1", "yuv420p16le"),
          ("sixteen-bit.nut", "rawvideo", "yuv422p16be"), ("grey-16.mkv", "ffv1", "gray16le"), ("grey-alpha.nut", "rawvideo", "ya8")]
WHOLE = ["closed-gop.mp4", "full-range-709.mp4", "odd-size.avi", "ten-bit.mkv", "chroma-444.mkv", "grey.mkv", "alpha.mkv",
         *(name for name, _, _ in PIXELS)]
X264 = ["-c:v", "libx264", "-threads", "1", "-crf", "30", "-preset", "medium", "-pix_fmt", "yuv420p"]


def pictures(count, width=WIDTH, height=HEIGHT, pulse=60):
    """A coloured texture that moves, with a brightness of its own for each frame: no two frames look alike."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    for t in range(count):
        level = 90 + pulse * np.sin(1.7 * t)
        red = level + 50 * np.sin(0.35 * (x + 2 * t)) + 25 * np.sin(0.23 * y)
        green = level + 50 * np.sin(0.27 * (y - t)) + 20 * np.cos(0.4 * x)
        blue = level + 60 * np.sin(0.2 * (x + y) + 0.5 * t)
        left, top = (3 * t) % width, (2 * t) % height
        for channel, value in ((red, 235), (green, 40), (blue, 20)):
            channel[top:top + 12, left:left + 12] = value
        yield np.clip(np.stack([red, green, blue], axis=2).round(), 0, 255).astype(np.uint8)


def run(*arguments, data=None):
    return subprocess.run([str(a) for a in arguments], input=data, check=True, capture_output=True).stdout


def encode(name, count, options, width=WIDTH, height=HEIGHT, sound=False, scale="out_color_matrix=bt601:out_range=tv", select="", pulse=60):
    data = b"".join(p.tobytes() for p in pictures(count, width, height, pulse))
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=8000:duration={count / 25}"] if sound else []
    run("ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", 25, "-i", "-", *tone,
        "-vf", f"{select}scale={scale}:flags=accurate_rnd+full_chroma_int", *options,
        *(["-c:a", "aac", "-b:a", "16k"] if sound else []), "-fflags", "+bitexact", "-flags:v", "+bitexact", OUT / name, data=data)


def add_sounds(name, sounds, rate, *options):
    """The pictures of no-b.mp4 with sounds beside them."""
    inputs = [part for sound in sounds for part in ("-f", "lavfi", "-i", sound)]
    maps = [part for number in range(len(sounds) + 1) for part in ("-map", number)]
    run("ffmpeg", "-v", "error", "-y", "-i", OUT / "no-b.mp4", *inputs, *maps, "-c:v", "copy", "-c:a", "aac", "-b:a", rate,
        *options, "-fflags", "+bitexact", OUT / name)


def encode_pixels(name, codec, pixels):
    options = {"ffv1": ["-level", 3], "libx264rgb": ["-qp", 0, "-threads", 1]}.get(codec, [])
    kind = "rgb24" if codec == "libx264rgb" else pixels
    encode(name, 1, ["-c:v", codec, *options, "-pix_fmt", kind], width=34, height=26)


def describe(name):
    lines = run("ffprobe", "-v", "error", "-threads", 1, "-select_streams", "v:0", "-show_entries",
                "stream=width,height:stream_side_data=rotation:frame=pict_type,key_frame,pts", "-of", "default=nw=1", OUT / name).decode().split("\n")
    facts, frames = {}, []
    for line in filter(None, lines):
        key, _, value = line.partition("=")
        if key == "key_frame":
            frames.append({})
        if key in ("width", "height", "rotation"):
            facts[key] = int(value)
        elif frames:
            frames[-1][key] = value
    width, height = facts["width"], facts["height"]
    # FFmpeg turns the pictures as a player does.
    if facts.get("rotation", 0) % 180:
        width, height = height, width
    raw = run("ffmpeg", "-v", "error", "-threads", 1, "-flags", "+unaligned", "-i", OUT / name, "-map", "0:v:0", "-vf",
              "scale=flags=accurate_rnd+full_chroma_int,format=rgb24", "-fps_mode", "passthrough", "-f", "rawvideo", "-")
    decoded = np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)
    assert len(decoded) == len(frames), (name, len(decoded), len(frames))
    s = np.arange(SAMPLES)
    columns, rows = (7919 * s + 13) % width, (104729 * s + 7) % height
    with open(OUT / f"{name}.txt", "w") as out:
        for frame, picture in zip(frames, decoded):
            key, time = frame.get("key_frame"), frame.get("pts", "N/A").replace("N/A", "-")
            # ffprobe prints key_frame first and pict_type last; both belong to the same frame.
            out.write(f"{frame.get('pict_type', '?')} {key or 0} {time} {picture[rows, columns].tobytes().hex()}\n")
    if name in WHOLE:
        (OUT / f"{name}.rgb").write_bytes(decoded[0].tobytes())


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    gop = lambda length, more: ["-x264-params", f"keyint={length}:min-keyint={length}:scenecut=0:b-adapt=0:{more}"]
    encode("closed-gop.mp4", 54, X264 + gop(12, "bframes=2:open-gop=0:b-pyramid=none"), sound=True)
    encode("open-gop.mp4", 60, X264 + gop(12, "bframes=3:open-gop=1:b-pyramid=normal:ref=4"))
    encode("pyramid.mkv", 80, X264 + gop(250, "bframes=3:b-pyramid=normal:ref=4"))
    encode("no-b.mp4", 48, X264 + gop(12, "bframes=0"))
    # Of the middle third every fourth picture alone.
    encode("variable-rate.mp4", 60, X264 + gop(12, "bframes=0") + ["-fps_mode", "vfr"], select="select='lt(n,20)+gt(n,40)+not(mod(n,4))',")
    encode("refresh.mp4", 50, X264 + gop(15, "bframes=0:intra-refresh=1"))
    encode("interlaced.mp4", 40, X264 + gop(12, "bframes=2:interlaced=1"))
    encode("h264.avi", 40, X264 + gop(12, "bframes=2"))
    encode("h264.ts", 40, X264 + gop(12, "bframes=2"))
    encode("full-range-709.mp4", 12, X264 + ["-color_range", "pc", "-colorspace", "bt709"] + gop(12, "bframes=2"),
           scale="out_color_matrix=bt709:out_range=pc")
    mpeg4 = ["-c:v", "mpeg4", "-q:v", 9, "-g", 12, "-pix_fmt", "yuv420p", "-sc_threshold", 1000000000]
    encode("mpeg4.avi", 48, mpeg4 + ["-bf", 2])
    encode("raw.m4v", 40, mpeg4 + ["-bf", 0, "-f", "m4v"])
    encode("odd-size.avi", 12, mpeg4 + ["-bf", 0], width=51, height=37)
    encode("mpeg2.mpg", 40, ["-c:v", "mpeg2video", "-q:v", 9, "-g", 12, "-bf", 2, "-pix_fmt", "yuv420p", "-sc_threshold", 1000000000])
    encode("mpeg2.ts", 40, ["-c:v", "mpeg2video", "-q:v", 9, "-g", 15, "-bf", 2, "-pix_fmt", "yuv420p", "-sc_threshold", 1000000000])
    # XviD packs a B-picture into the packet of the P-picture that it needs.
    encode("packed.avi", 40, ["-c:v", "libxvid", "-q:v", 9, "-g", 20, "-bf", 2, "-pix_fmt", "yuv420p"], pulse=5)
    encode("mpeg4.mov", 40, mpeg4 + ["-bf", 2])
    encode("h263.3gp", 24, ["-c:v", "h263", "-q:v", 9, "-g", 12, "-pix_fmt", "yuv420p", "-sc_threshold", 1000000000], width=128, height=96)
    encode("slices.mov", 40, X264 + ["-profile:v", "baseline"] + gop(12, "slices=4"))
    # Its pictures refer to several before them and dismiss some across key frames.
    encode("open-references.mp4", 96, X264 + gop(24, "bframes=3:open-gop=1:b-pyramid=normal:ref=5"))
    encode("hevc.mp4", 30, ["-c:v", "libx265", "-pix_fmt", "yuv420p", "-tag:v", "hvc1", "-x265-params",
                            "keyint=12:min-keyint=12:bframes=2:pools=none:frame-threads=1:log-level=none:info=0"])
    encode("av1.mp4", 20, ["-c:v", "libaom-av1", "-threads", 1, "-cpu-used", 8, "-crf", 45, "-b:v", 0, "-g", 10, "-pix_fmt", "yuv420p"])
    encode("vp9.webm", 30, ["-c:v", "libvpx-vp9", "-threads", 1, "-crf", 40, "-b:v", 0, "-g", 12, "-pix_fmt", "yuv420p"])
    encode("digests.mp4", 15, ["-c:v", "libx265", "-pix_fmt", "yuv420p", "-tag:v", "hvc1", "-x265-params",
                               "keyint=15:bframes=2:hash=1:crf=30:info=0:pools=none:frame-threads=1:log-level=none"])
    for name, pixels in (("ten-bit.mkv", "yuv420p10le"), ("chroma-444.mkv", "yuv444p"), ("grey.mkv", "gray"), ("alpha.mkv", "yuva420p")):
        encode(name, 2, ["-c:v", "ffv1", "-level", 3, "-pix_fmt", pixels], width=34, height=26)
    for name, codec, pixels in PIXELS:
        encode_pixels(name, codec, pixels)
    encode("first.h264", 12, X264 + gop(12, "bframes=0"))
    encode("second.h264", 12, X264 + gop(12, "bframes=0"), width=48, height=32)
    (OUT / "two-sizes.h264").write_bytes((OUT / "first.h264").read_bytes() + (OUT / "second.h264").read_bytes())
    for name in ("first.h264", "second.h264"):
        (OUT / name).unlink()
    copy = ["-c", "copy", "-fflags", "+bitexact"]
    # FFmpeg 5.1 turns counter-clockwise by this value: a quarter clockwise.
    run("ffmpeg", "-v", "error", "-y", "-i", OUT / "no-b.mp4", "-t", 0.4, "-metadata:s:v", "rotate=270", *copy, OUT / "rotated.mp4")
    run("ffmpeg", "-v", "error", "-y", "-i", OUT / "no-b.mp4", "-t", 0.4, *copy, "-bsf:v",
        "h264_metadata=crop_left=6:crop_top=2:crop_right=0:crop_bottom=0", OUT / "cropped.mp4")
    # Left and right exchanged, then turned by 180 degrees: that is, upside down.
    upright = b"".join(n.to_bytes(4, "big", signed=True) for n in (0, 1 << 16, 0, -1 << 16, 0, 0))
    turned = (OUT / "rotated.mp4").read_bytes()
    assert turned.count(upright) == 1
    flipped = b"".join(n.to_bytes(4, "big", signed=True) for n in (1 << 16, 0, 0, 0, -1 << 16, 0))
    (OUT / "mirrored.mp4").write_bytes(turned.replace(upright, flipped))
    run("ffmpeg", "-v", "error", "-y", "-ss", 0.7, "-i", OUT / "closed-gop.mp4", *copy, OUT / "trimmed.mp4")
    # Its first picture is one at which an open group begins: what is shown before it is lost.
    run("ffmpeg", "-v", "error", "-y", "-ss", 1, "-i", OUT / "open-references.mp4", *copy, OUT / "cut-open.mkv")
    run("ffmpeg", "-v", "error", "-y", "-i", OUT / "closed-gop.mp4", "-vn", *copy, OUT / "sound-only.m4a")
    tones = "|".join(f"0.2*sin(2*PI*{200 + 150 * channel}*t)" for channel in range(6))
    add_sounds("six-channels.mp4", [f"aevalsrc={tones}:c=5.1:s=48000:d=2.16"], "48k")
    add_sounds("two-sounds.mkv", [f"sine=frequency={hertz}:sample_rate=8000:duration=2.16" for hertz in (300, 900)], "16k",
               "-disposition:a:0", 0, "-disposition:a:1", "default")
    # Sound at the beginning alone.
    add_sounds("short-sound.mkv", ["sine=frequency=500:sample_rate=8000:duration=0.2"], "16k")
    run("ffmpeg", "-v", "error", "-y", "-i", OUT / "no-b.mp4", "-movflags", "+faststart", *copy, OUT / "cut-off.mp4")
    whole = (OUT / "cut-off.mp4").read_bytes()
    (OUT / "cut-off.mp4").write_bytes(whole[:len(whole) * 3 // 5])
    for path in sorted(OUT.iterdir()):
        if path.suffix in (".mp4", ".mov", ".3gp", ".mkv", ".avi", ".ts", ".m4v", ".mpg", ".webm", ".nut") and path.name != "cut-off.mp4":
            describe(path.name)
    print(sum(p.stat().st_size for p in OUT.iterdir()), "bytes in", OUT, file=sys.stderr)


if __name__ == "__main__":
    main()
