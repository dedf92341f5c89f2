#!/usr/bin/env python3
"""Motion vectors of the small videos of Tests/Reference/media, painted pixel by pixel. Needs PyAV and numpy.

For each video NAME with vectors, NAME.vectors.txt has one line a frame in output order: how many cells of 8 x 8 pixels have a vector,
and the sums of x, of y, of x times the cell's number and of y times the cell's number (from 1, row by row). Vectors are in pixels a
frame: list 0 divided by the distance to the last I or P picture, list 1 by minus the distance to the next, their mean where there are
both; none in I pictures, in B pictures of MPEG-4 Part 2 and in interlaced ones. A cell is what its centre shows.

NAME.blocks.txt, for the files listed in BLOCKS, has the same of how pictures are made of blocks: instead of x the side of the square that
is as large as a cell's block (0 where it is not predicted), instead of y its quantizer (of all cells).
"""
import pathlib

import av
import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Reference" / "media"
VIDEOS = ["closed-gop.mp4", "open-gop.mp4", "open-references.mp4", "pyramid.mkv", "no-b.mp4", "slices.mov", "h264.ts", "interlaced.mp4",
          "mpeg4.avi", "mpeg4.mov", "packed.avi", "raw.m4v", "odd-size.avi", "mpeg2.mpg", "mpeg2.ts", "h263.3gp", "rotated.mp4",
          "mirrored.mp4", "cropped.mp4"]
BLOCKS = ["closed-gop.mp4", "mpeg4.avi", "mpeg2.mpg", "rotated.mp4", "cropped.mp4"]
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
        stream.codec_context.options = {"flags2": "+export_mvs", "flags": "+unaligned", "export_side_data": "+mvs+venc_params"}
        for frame in container.decode(stream):
            data = frame.side_data.get("MOTION_VECTORS")
            vectors = data.to_ndarray() if data is not None else []
            quantizers = frame.side_data.get("VIDEO_ENC_PARAMS")
            blocks = [quantizers.block_params(i) for i in range(quantizers.nb_blocks)] if quantizers is not None else []
            quantizers = [(b.src_x, b.src_y, b.w, b.h, quantizers.qp + b.delta_qp) for b in blocks]
            yield frame.pict_type, frame.interlaced_frame, frame.width, frame.height, vectors, stream.codec_context.name, quantizers


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


def blocks(width, height, vectors, quantizers, crop):
    """The side and the quantizer of each pixel's block, and whether it is predicted."""
    field, valid = np.stack([np.zeros((height, width)), -np.ones((height, width))], -1), np.zeros((height, width), bool)
    for v in vectors:
        w, h = int(v["w"]), int(v["h"])
        left, top = int(v["dst_x"]) - w // 2 - crop[0], int(v["dst_y"]) - h // 2 - crop[1]
        place = np.s_[max(top, 0):max(top + h, 0), max(left, 0):max(left + w, 0)]
        field[place + (0,)], valid[place] = (w * h) ** 0.5, True
    for left, top, w, h, quantizer in quantizers:
        left, top = left - crop[0], top - crop[1]
        field[max(top, 0):max(top + h, 0), max(left, 0):max(left + w, 0), 1] = quantizer
    return field, valid


def line(name, field, valid, turns_values):
    if name in TURNS:
        turn, turn_vectors = TURNS[name]
        field, valid = turn_vectors(turn(field)) if turns_values else turn(field), turn(valid)
    height, width = valid.shape
    # The centre of the part of a cell that lies in the picture.
    rows = [(top + min(top + 8, height)) // 2 for top in range(0, height, 8)]
    columns = [(left + min(left + 8, width)) // 2 for left in range(0, width, 8)]
    cells, flags = field[np.ix_(rows, columns)].reshape(-1, 2), valid[np.ix_(rows, columns)].ravel()
    order = np.arange(1, len(cells) + 1)[:, None]
    sums = [*cells.sum(0), *(cells * order).sum(0)]
    return " ".join([str(int(flags.sum()))] + [f"{v:.6g}" for v in sums])


def main():
    for name in VIDEOS:
        frames = list(decoded(OUT / name))
        types = [letter(f[0]) for f in frames]
        crop = CROPS.get(name, (0, 0))
        vector_lines, block_lines = [], []
        for number, (_, interlaced, width, height, vectors, codec, quantizers) in enumerate(frames):
            block_lines.append(line(name, *blocks(width, height, vectors, quantizers, crop), False))
            if types[number] not in "PB" or interlaced or (types[number] == "B" and codec == "mpeg4"):
                vectors = []
            vector_lines.append(line(name, *painted(number, types, width, height, vectors, crop), True))
        (OUT / f"{name}.vectors.txt").write_text("\n".join(vector_lines) + "\n")
        if name in BLOCKS:
            (OUT / f"{name}.blocks.txt").write_text("\n".join(block_lines) + "\n")


if __name__ == "__main__":
    main()
