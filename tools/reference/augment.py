"""Writes Tests/Reference/augment: what Pillow, OpenCV and numpy make of small pictures.

Needs Pillow, numpy and opencv-python-headless. Run from the root of the repository:

    python tools/reference/augment.py

pillow.json  every operation of Augment on several pictures, by Pillow. Lookup and enhancement operations are to be met to
             the bit, geometric ones to one level.
resize.json  crops brought to other sizes, by OpenCV (INTER_LINEAR, to be met to one level) and by the fixed-point rule of
             image_resize.c written again in numpy (`fixed`, a SHA-256, to be met to the bit on every machine).
"""

import base64
import hashlib
import json
import math
import pathlib

import cv2
import numpy as np
from PIL import Image, ImageEnhance, ImageOps

FOLDER = pathlib.Path("Tests/Reference/augment")


def noise(height, width, seed):
    """Levels from a linear congruential generator, so that the tests can make large pictures themselves."""
    state, levels = seed, []
    for _ in range(height * width * 3):
        state = (state * 1664525 + 1013904223) % 2**32
        levels.append(state >> 24)
    return np.array(levels, np.uint8).reshape(height, width, 3)


def smooth(height, width):
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 9 + y, 40 + y * 5, 120 + 3 * x - 2 * y], -1).clip(0, 255).astype(np.uint8)


def extremes(height, width):
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([(x + y) % 2 * 255, (x // 3) % 2 * 255, (y // 2) % 2 * 254 + 1], -1).astype(np.uint8)


def luma_ties():
    """Colours whose fixed-point luma lies exactly between two levels, so that the direction of rounding shows."""
    r, g, b = np.mgrid[0:256, 0:256, 0:256].astype(np.uint32)
    ties = np.argwhere((r * 19595 + g * 38470 + b * 7471) % 65536 == 32768)
    return ties[:252].reshape(14, 18, 3).astype(np.uint8)


PICTURES = {
    "noise": noise(20, 24, 1),
    "smooth": smooth(19, 23),
    "extremes": extremes(17, 20),
    "constant": np.full((9, 7, 3), (200, 0, 255), np.uint8),
    "pixel": np.full((1, 1, 3), (3, 128, 254), np.uint8),
    "strip": noise(2, 5, 7),
    "small": noise(3, 3, 8),
    "ties": luma_ties(),
}
LARGE = noise(67, 83, 9)  # too large to commit: digests only


def affine(picture, matrix, fill):
    return picture.transform(picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=(fill,) * 3)


def shear_x(picture, degrees, fill=0):
    slope = math.tan(math.radians(degrees))
    return affine(picture, (1, slope, -slope * picture.height / 2, 0, 1, 0), fill)


def shear_y(picture, degrees, fill=0):
    slope = math.tan(math.radians(degrees))
    return affine(picture, (1, 0, 0, slope, 1, -slope * picture.width / 2), fill)


def translate_x(picture, fraction, fill=0):
    return affine(picture, (1, 0, -fraction * picture.width, 0, 1, 0), fill)


def translate_y(picture, fraction, fill=0):
    return affine(picture, (1, 0, 0, 0, 1, -fraction * picture.height), fill)


def rotate(picture, degrees, fill=0):
    # A given centre keeps Pillow from replacing quarter turns by transpositions.
    centre = (picture.width / 2, picture.height / 2)
    return picture.rotate(degrees, Image.Resampling.BILINEAR, center=centre, fillcolor=(fill,) * 3)


EXACT = {
    "posterize": (ImageOps.posterize, [1, 3, 4, 8]),
    "solarize": (ImageOps.solarize, [0, 128, 230.4, 256]),
    "color": (lambda p, f: ImageEnhance.Color(p).enhance(f), [0, 0.1, 0.64, 1, 1.72, 1.9]),
    "contrast": (lambda p, f: ImageEnhance.Contrast(p).enhance(f), [0, 0.1, 0.64, 1, 1.72, 1.9]),
    "brightness": (lambda p, f: ImageEnhance.Brightness(p).enhance(f), [0, 0.1, 0.64, 1, 1.72, 1.9]),
    "sharpness": (lambda p, f: ImageEnhance.Sharpness(p).enhance(f), [0, 0.1, 0.64, 1, 1.72, 1.9]),
    "autoContrast": (lambda p, _: ImageOps.autocontrast(p), [0]),
    "equalize": (lambda p, _: ImageOps.equalize(p), [0]),
    "invert": (lambda p, _: ImageOps.invert(p), [0]),
}
GEOMETRIC = {
    "shearX": (shear_x, [15.471, -15.471, 40]),
    "shearY": (shear_y, [15.471, -15.471]),
    "translateX": (translate_x, [0.18, -0.18, 0.5]),
    "translateY": (translate_y, [0.18, -0.18, -1.5]),
    "rotate": (rotate, [27, -27, 0, 90]),
}


def text(levels):
    return base64.b64encode(np.ascontiguousarray(levels).tobytes()).decode()


def digest(levels):
    return hashlib.sha256(np.ascontiguousarray(levels).tobytes()).hexdigest()


def write(name, content):
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / name).write_text(json.dumps(content, indent=0, sort_keys=True) + "\n")


def pillow_cases():
    cases = []
    for operation, (function, arguments) in EXACT.items():
        for argument in arguments:
            for name, levels in [*PICTURES.items(), ("large", LARGE)]:
                result = np.asarray(function(Image.fromarray(levels), argument))
                cases.append({"operation": operation, "argument": argument, "picture": name, "sha256": digest(result)})
    for operation, (function, arguments) in GEOMETRIC.items():
        for argument in arguments:
            for name in ["noise", "smooth", "extremes", "constant", "pixel", "strip"]:
                fill = 128 if name == "smooth" else 0
                result = np.asarray(function(Image.fromarray(PICTURES[name]), argument, fill))
                cases.append(
                    {"operation": operation, "argument": argument, "picture": name, "fill": fill, "levels": text(result)}
                )
    pictures = {
        name: {"height": p.shape[0], "width": p.shape[1], "levels": text(p)} for name, p in PICTURES.items()
    }
    return {"pictures": pictures, "cases": cases}


def taps(crop_size, output_size):
    point = ((np.arange(output_size) + 0.5) * crop_size / output_size - 0.5).clip(0, crop_size - 1)
    first = point.astype(np.int64)
    weight = np.minimum(np.floor((point - first) * 32768 + 0.5), 32767).astype(np.int64)
    return first, np.minimum(first + 1, crop_size - 1), weight


def fixed_resize(crop, height, width):
    """Rows first, then columns: 6 bits below the point between them, each step rounded down, the result to nearest."""
    levels = crop.astype(np.int64)
    first, second, weight = taps(crop.shape[0], height)
    rows = (levels[first] << 6) + (((levels[second] - levels[first]) * 128 * weight[:, None, None]) >> 16)
    first, second, weight = taps(crop.shape[1], width)
    values = rows[:, first] + (((rows[:, second] - rows[:, first]) * 2 * weight[None, :, None]) >> 16)
    return ((values + 32) >> 6).astype(np.uint8)


def resize_cases():
    cases = []
    windows = [
        ("noise", (3, 2, 17, 13), (8, 9)),
        ("noise", (0, 0, 24, 20), (20, 24)),
        ("noise", (5, 6, 4, 3), (11, 13)),
        ("extremes", (1, 1, 19, 16), (7, 5)),
        ("smooth", (0, 3, 23, 11), (16, 16)),
        ("smooth", (22, 0, 1, 19), (5, 6)),
        ("strip", (1, 0, 3, 2), (5, 1)),
        ("pixel", (0, 0, 1, 1), (3, 4)),
    ]
    for name, (left, top, width, height), (output_height, output_width) in windows:
        crop = PICTURES[name][top : top + height, left : left + width]
        for mirrored in [False, True]:
            result = cv2.resize(crop, (output_width, output_height), interpolation=cv2.INTER_LINEAR)
            fixed = fixed_resize(crop, output_height, output_width)
            assert np.abs(result.astype(int) - fixed).max() <= 1
            if mirrored:
                result, fixed = result[:, ::-1], fixed[:, ::-1]
            cases.append(
                {
                    "picture": name,
                    "crop": [left, top, width, height],
                    "output": [output_height, output_width],
                    "mirrored": mirrored,
                    "levels": text(result),
                    "fixed": digest(fixed),
                }
            )
    return {"cases": cases}


if __name__ == "__main__":
    write("pillow.json", pillow_cases())
    write("resize.json", resize_cases())
