#!/usr/bin/env python3
"""Damaged videos: the clean ones that they are made from (by ffmpeg), and how each is damaged. The same seed gives the same bytes.

    mutate.py OUT [--count N] [--seed S]     clean videos into OUT/clean, damaged ones into OUT/damaged
"""
import argparse
import pathlib
import random
import re
import subprocess

X264 = "-c:v libx264 -threads 1 -preset medium -crf 26 -pix_fmt yuv420p -x264-params "
MPEG4 = "-c:v mpeg4 -q:v 6 -g 12 -pix_fmt yuv420p "
AAC = "-c:a aac -b:a 32k"
# File: size of the picture, seconds, options of ffmpeg for the pictures, and for the sound ("" for none).
SOURCES = {
    "h264-closed.mp4": ("320x240", 3, X264 + "keyint=12:bframes=2:open-gop=0", AAC),
    "h264-open.mp4": ("240x180", 3, X264 + "keyint=15:min-keyint=15:bframes=3:open-gop=1:b-pyramid=normal:ref=4", ""),
    "h264-long.mp4": ("160x120", 4, X264 + "keyint=250:bframes=3:b-pyramid=normal", AAC),
    "h264-slices.mov": ("240x180", 3, X264 + "keyint=25:bframes=0:slices=4:cabac=0 -profile:v baseline", ""),
    "h264-high.mkv": ("320x180", 3, X264 + "keyint=25:bframes=3:8x8dct=1", "-c:a libopus -b:a 32k"),
    "h264.avi": ("160x120", 3, X264 + "keyint=12:bframes=0", "-c:a libmp3lame -b:a 48k"),
    "h264.ts": ("240x180", 3, X264 + "keyint=12:bframes=2", AAC),
    "mpeg4.avi": ("240x180", 3, MPEG4, "-c:a libmp3lame -b:a 48k"),
    "mpeg4-b.avi": ("160x120", 3, MPEG4 + "-bf 2", ""),
    "mpeg4-packed.avi": ("160x120", 3, "-c:v libxvid -q:v 6 -g 25 -bf 2 -pix_fmt yuv420p", ""),
    "mpeg4.m4v": ("320x240", 3, MPEG4 + "-f m4v", ""),
    "mpeg4.mov": ("160x120", 3, MPEG4 + "-bf 2", AAC),
    "mpeg2.mpg": ("240x180", 3, "-c:v mpeg2video -q:v 6 -g 12 -bf 2 -pix_fmt yuv420p", "-c:a mp2 -b:a 64k"),
    "mpeg2.ts": ("160x120", 3, "-c:v mpeg2video -q:v 6 -g 15 -bf 2 -pix_fmt yuv420p", ""),
    "h263.3gp": ("176x144", 3, "-c:v h263 -q:v 6 -g 12", ""),
    "h263.avi": ("176x144", 3, "-c:v h263 -q:v 6 -g 25", ""),
    "vp9.webm": ("160x120", 3, "-c:v libvpx-vp9 -threads 1 -cpu-used 5 -crf 40 -b:v 0 -g 25 -pix_fmt yuv420p", ""),
    "hevc.mp4": ("160x120", 3, "-c:v libx265 -preset fast -x265-params keyint=25:pools=none:frame-threads=1:log-level=none", AAC),
    "av1.mp4": ("160x120", 2, "-c:v libaom-av1 -threads 1 -cpu-used 8 -crf 40 -b:v 0 -g 25 -pix_fmt yuv420p", ""),
}


def make_clean(folder):
    """Makes the clean videos that are not there yet; returns their paths by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, (size, seconds, picture, sound)) in enumerate(SOURCES.items()):
        if (folder / name).exists():
            continue
        # A drifting texture, a moving chart over it, and noise: no two frames alike, and something to predict.
        lavfi = (f"testsrc2=s={size}:r=25:d={seconds}[chart];mandelbrot=s={size}:r=25:start_scale={1 + number / 40}[texture];"
                 f"[texture][chart]blend=all_mode=average:shortest=1,noise=alls=6:allf=t:all_seed={number + 1},"
                 f"hue=h=40*t:b=sin(2*t)")
        tone = ["-f", "lavfi", "-i", f"sine=frequency={300 + 40 * number}:sample_rate=16000:duration={seconds}"] if sound else []
        part = folder / ("part-" + name)
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", lavfi, *tone, "-t", str(seconds), *picture.split(),
             *sound.split(), "-fflags", "+bitexact", "-flags:v", "+bitexact", str(part)], check=True)
        part.rename(folder / name)
    return {name: folder / name for name in SOURCES}


# MARK: Where things are in a file

def boxes(data, start=0, end=None):
    """Offsets of the headers of all boxes of an MP4 or MOV file, with their kind and end."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = int.from_bytes(data[start:start + 4], "big"), bytes(data[start + 4:start + 8])
        if size < 8 or start + size > end:
            return
        yield start, kind, start + size
        if kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"udta"):
            yield from boxes(data, start + 8, start + size)
        start += size


def payload(name, data):
    """The range of a file that holds pictures and sound, mostly."""
    if name.endswith((".mp4", ".mov", ".3gp")):
        return next((start + 8, end) for start, kind, end in boxes(data) if kind == b"mdat")
    if name.endswith(".avi"):
        start = data.find(b"movi")
        return start + 4, data.rfind(b"idx1")
    return min(4096, len(data) // 4), len(data)


def landmarks(name, data):
    """Offsets of what gives the container its structure."""
    if name.endswith((".mp4", ".mov", ".3gp")):
        return [start for start, _, _ in boxes(data)]
    if name.endswith(".avi"):
        return [match.start() for match in re.finditer(rb"RIFF|LIST|avih|strh|strf|idx1|0[01](?:dc|wb)", data)]
    if name.endswith(".ts"):
        return list(range(0, len(data), 188))
    if name.endswith((".mkv", ".webm")):
        # Segment, seek head, information, tracks, cues, clusters.
        return [0] + [match.start() for match in re.finditer(
            rb"\x18\x53\x80\x67|\x11\x4d\x9b\x74|\x15\x49\xa9\x66|\x16\x54\xae\x6b|\x1c\x53\xbb\x6b|\x1f\x43\xb6\x75|\xa3", data)]
    return [match.start() for match in re.finditer(rb"\x00\x00\x01", data)]


# MARK: Damage

def flip(data, draw, count, start, end):
    for _ in range(count):
        data[draw.randrange(start, end)] ^= 1 << draw.randrange(8)
    return f"{count} bits in {start}..<{end}"


def block(data, draw):
    size = min(int(2 ** draw.uniform(4, 13)), len(data) // 4)
    return draw.randrange(len(data) - size), size


def bits_few(name, data, draw, _):
    return flip(data, draw, draw.randint(1, 3), 0, len(data))


def bits_many(name, data, draw, _):
    return flip(data, draw, int(2 ** draw.uniform(3, 9)), 0, len(data))


def payload_few(name, data, draw, _):
    return flip(data, draw, draw.randint(1, 3), *payload(name, data))


def payload_many(name, data, draw, _):
    return flip(data, draw, int(2 ** draw.uniform(3, 9)), *payload(name, data))


def truncated(name, data, draw, _):
    length = int(len(data) * draw.uniform(0.02, 0.99))
    del data[length:]
    return f"{length} bytes left"


def swapped(name, data, draw, _):
    first, size = block(data, draw)
    second = draw.randrange(len(data) - size)
    low, high = sorted((first, second))
    size = min(size, max(1, high - low))
    data[low:low + size], data[high:high + size] = data[high:high + size], data[low:low + size]
    return f"{size} bytes at {low} and {high}"


def zeroed(name, data, draw, _):
    start, size = block(data, draw)
    data[start:start + size] = bytes(size)
    return f"{size} bytes at {start}"


def header(name, data, draw, _):
    end = min(1024, len(data))
    if draw.random() < 0.5:
        return flip(data, draw, draw.randint(1, 16), 0, end)
    start = draw.randrange(end)
    size = min(draw.randint(1, 32), len(data) - start)
    data[start:start + size] = draw.randbytes(size)
    return f"{size} random bytes at {start}"


def structure(name, data, draw, _):
    found = []
    for _ in range(draw.randint(1, 3)):
        start = draw.choice(landmarks(name, data)) + draw.randrange(32)
        if start < len(data):
            data[start] = draw.choice([0, 255, draw.randrange(256), data[start] ^ 1 << draw.randrange(8)])
            found.append(str(start))
    return "bytes at " + ", ".join(found)


def joined(name, data, draw, clean):
    other = draw.choice(sorted(clean))
    cut = len(data) if draw.random() < 0.5 else int(len(data) * draw.uniform(0.3, 0.99))
    data[cut:] = clean[other]
    return f"{other} behind {cut} bytes"


KINDS = {
    "bits-few": bits_few, "bits-many": bits_many, "payload-few": payload_few, "payload-many": payload_many, "truncated": truncated,
    "swapped": swapped, "zeroed": zeroed, "header": header, "structure": structure, "joined": joined,
}


def mutants(clean, count, seed):
    """Yields (number, source, kind, what was done, bytes) for each of `count` damaged files; `clean` has bytes by name.

    Sources and kinds take turns, so that every pair comes as often as every other.
    """
    pairs = [(source, kind) for source in SOURCES for kind in KINDS]
    order = [pair for turn in range(count // len(pairs) + 1)
             for pair in random.Random(f"{seed}/order/{turn}").sample(pairs, len(pairs))]
    for number, (source, kind) in enumerate(order[:count]):
        draw = random.Random(f"{seed}/{number}")
        data = bytearray(clean[source])
        detail = KINDS[kind](source, data, draw, clean)
        yield number, source, kind, detail, bytes(data)


def mutant_name(number, source, kind):
    return f"{number:05d}-{kind}-{source}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    clean = {name: path.read_bytes() for name, path in make_clean(arguments.out / "clean").items()}
    damaged = arguments.out / "damaged"
    damaged.mkdir(exist_ok=True)
    for number, source, kind, detail, data in mutants(clean, arguments.count, arguments.seed):
        (damaged / mutant_name(number, source, kind)).write_bytes(data)


if __name__ == "__main__":
    main()
