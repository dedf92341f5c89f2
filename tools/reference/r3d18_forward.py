"""r3d18_forward.json: one forward of R3D-18 from hash weights, by stages, in torchvision's and in the card's form.

`python r3d18_forward.py --safetensors PATH` writes the weights of the 400-class network as safetensors
with torchvision's names (f32, about 133 MB) for a test of the import by hand; the file is never committed.
"""

import argparse
import json
import math
import pathlib

import numpy as np
import torch
import torchvision

import reference_files
from video_resnet import VideoResNet18, clips, hash_value, load_hash_weights, norm

INPUTS = [("forward.clip112", [1, 3, 8, 112, 112]), ("forward.clip56", [2, 3, 16, 56, 56])]
CARD_INPUTS = [("forward.clip64", [1, 3, 8, 64, 64]), ("forward.pair64", [2, 3, 8, 64, 64])]


def features(model, name, shape, dtype):
    """Norms and shapes at every stage, the first 16 logits of the first clip, and the norm of all logits."""
    with torch.no_grad():
        stages = model.stages(clips(name, shape, dtype))
        logits = model.head(stages["layer4"])
    return {"input": name, "shape": shape, "precision": str(dtype).removeprefix("torch."),
            "mode": "train" if model.training else "evaluation",
            "stages": {stage: {"shape": list(value.shape), "norm": norm(value), "sum": value.double().sum().item()}
                       for stage, value in stages.items()},
            "logits": logits[0, :16].double(), "logitNorm": norm(logits), "argmax": logits.argmax(1)}


def torchvision_form():
    """Our form must be torchvision's own network: same names, shapes and logits."""
    ours = load_hash_weights(VideoResNet18([64, 128, 256, 512], 400), running=True).eval()
    theirs = torchvision.models.video.r3d_18(weights=None, num_classes=400)
    theirs.load_state_dict(ours.state_dict())
    theirs.eval()
    records = []
    for dtype in (torch.float64, torch.float32):
        load_hash_weights(ours.to(dtype), running=True)
        theirs.to(dtype).load_state_dict(ours.state_dict())
        for name, shape in INPUTS:
            records.append(features(ours, name, shape, dtype))
            with torch.no_grad():
                logits = theirs(clips(name, shape, dtype))
            difference = abs(norm(logits) - records[-1]["logitNorm"]) / norm(logits)
            assert difference < (1e-12 if dtype == torch.float64 else 1e-6), difference
            records[-1]["logits"], records[-1]["logitNorm"] = logits[0, :16].double(), norm(logits)
    largest = [max(abs(float(a) - float(b)) for a, b in zip(records[i]["logits"], records[i + 2]["logits"]))
               / max(abs(float(b)) for b in records[i]["logits"]) for i in range(2)]
    print("f32 from f64, largest logit difference over largest logit:", *(f"{value:.1e}" for value in largest))
    return {"form": "torchvision", "widths": [64, 128, 256, 512], "classes": 400, "runningStatistics": "hash",
            "records": records}


def card_form():
    """Width 1/4, f64: evaluation with hash running statistics, and train mode with the buffers it leaves behind."""
    model = load_hash_weights(VideoResNet18([16, 32, 64, 128], 10, card_form=True).double(), running=True)
    records = [features(model.eval(), name, shape, torch.float64) for name, shape in CARD_INPUTS]
    records.append(features(model.train(), *CARD_INPUTS[1], torch.float64))
    records[-1]["buffersAfter"] = {name: norm(value) for name, value in model.state_dict().items() if "running" in name}
    return {"form": "card", "widths": [16, 32, 64, 128], "classes": 10, "runningStatistics": "hash", "records": records}


def card_shapes():
    """The card's block outputs for 8x224x224 at full width, checked by shape only."""
    with torch.device("meta"):
        stages = VideoResNet18([64, 128, 256, 512], 101, card_form=True).eval().stages(torch.empty(1, 3, 8, 224, 224))
    shapes = [list(stages[f"layer{index}"].shape[1:]) for index in range(1, 5)]
    assert shapes == [[64, 4, 56, 56], [128, 2, 28, 28], [256, 1, 14, 14], [512, 1, 7, 7]], shapes
    return {"input": [1, 3, 8, 224, 224], "stages": shapes}


def write_safetensors(path):
    """The layout: 8 bytes of little-endian header length, the JSON header padded with spaces to 8, the raw data."""
    shapes = {name: list(value.shape) for name, value in torchvision.models.video.r3d_18(
        weights=None, num_classes=400).state_dict().items()}
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shapes.items():
        counter = name.endswith("num_batches_tracked")
        size = math.prod(shape) * (8 if counter else 4)
        header[name] = {"dtype": "I64" if counter else "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name, shape in shapes.items():
            value = hash_value(name, shape, running=True)
            kind = "<i8" if name.endswith("num_batches_tracked") else "<f4"
            file.write(np.ascontiguousarray(value, dtype=kind).tobytes())
    print(f"{path}: {len(shapes)} tensors, {pathlib.Path(path).stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--safetensors", metavar="PATH", help="write the weights here instead of the reference")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.safetensors:
        write_safetensors(arguments.safetensors)
        return
    reference_files.write("r3d18_forward.json", {"networks": [torchvision_form(), card_form()],
                                                 "cardShapes": card_shapes()})


if __name__ == "__main__":
    main()
