#!/usr/bin/env python3
"""Motion vectors of the small videos of Tests/Reference/media, painted pixel by pixel. Needs PyAV and numpy.

For each video NAME with vectors, NAME.vectors.txt has one line a frame in output order: how many cells of 8 x 8 pixels have a vector,
and the sums of x, of y, of x times the cell's number and of y times the cell's number (from 1, row by row). Vectors are in pixels a
frame: list 0 divided by the distance to the last I or P picture, list 1 by minus the distance to the next, their mean where there are
both; none in I pictures, in B pictures of MPEG-4 Part 2 and in interlaced ones. A cell is what its centre shows.
"""
import pathlib

import av
import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Reference" / "media"
VIDEOS = ["closed-gop.mp4", "open-gop.mp4", "pyramid.mkv", "no-b.mp4", "h264.ts", "interlaced.mp4", "mpeg4.avi", "raw.m4v",
          "odd-size.avi", "mpeg2.mpg", "rotated.mp4", "mirrored.mp4", "cropped.mp4"]
# Columns and rows cut off at the left and at the top, which vectors do not know of.
CROPS = {"cropped.mp4": (6, 2)}
# How players turn the picture, and a vector (x, y) with it.
TURNS = {
    "rotated.mp4": (lambda field: np.rot90(field, -1), lambda v: np.stack([-v[..., 1], v[..., 0]], -1)),
    "mirrored.mp4": (lambda field: field[::-1], lambda v: v * [1, -1]),
}


def decoded(path):
    """Type, interlacing, size and vectors of each frame in output order."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"flags2": "+export_mvs", "flags": "+unaligned"}
        for frame in container.decode(stream):
            data = frame.side_data.get("MOTION_VECTORS")
            vectors = data.to_ndarray() if data is not None else []
            yield frame.pict_type, frame.interlaced_frame, frame.width, frame.height, vectors, stream.codec_context.name


def letter(kind):
    return {1: "I", 2: "P", 3: "B"}.get(int(kind), "?")


def painted(number, types, width, height, vectors, crop):
    forward = next((number - n for n in range(number - 1, -1, -1) if types[n] in "IP"), None)
    backward = next((n - number for n in range(number + 1, len(types)) if types[n] in "IP"), None)
    total, count = np.zeros((height, width, 2)), np.zeros((height, width))
    for v in vectors:
        distance = forward if v["source"] < 0 else -backward if types[number] == "B" and backward else None
        if not distance:
            continue
        left, top = int(v["dst_x"]) - int(v["w"]) // 2 - crop[0], int(v["dst_y"]) - int(v["h"]) // 2 - crop[1]
        place = np.s_[max(top, 0):max(top + int(v["h"]), 0), max(left, 0):max(left + int(v["w"]), 0)]
        total[place] += np.array([v["motion_x"], v["motion_y"]], float) / int(v["motion_scale"]) / distance
        count[place] += 1
    return total / np.maximum(count, 1)[..., None], count > 0


def main():
    for name in VIDEOS:
        frames = list(decoded(OUT / name))
        types = [letter(f[0]) for f in frames]
        lines = []
        for number, (_, interlaced, width, height, vectors, codec) in enumerate(frames):
            if types[number] not in "PB" or interlaced or (types[number] == "B" and codec == "mpeg4"):
                vectors = []
            field, valid = painted(number, types, width, height, vectors, CROPS.get(name, (0, 0)))
            if name in TURNS:
                turn, turn_vectors = TURNS[name]
                field, valid = turn_vectors(turn(field)), turn(valid)
            height, width = valid.shape
            # The centre of the part of a cell that lies in the picture.
            rows = [(top + min(top + 8, height)) // 2 for top in range(0, height, 8)]
            columns = [(left + min(left + 8, width)) // 2 for left in range(0, width, 8)]
            cells, flags = field[np.ix_(rows, columns)].reshape(-1, 2), valid[np.ix_(rows, columns)].ravel()
            order = np.arange(1, len(cells) + 1)[:, None]
            sums = [*cells.sum(0), *(cells * order).sum(0)]
            lines.append(" ".join([str(int(flags.sum()))] + [f"{v:.6g}" for v in sums]))
        (OUT / f"{name}.vectors.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
