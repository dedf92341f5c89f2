#!/usr/bin/env python3
"""One kind of work in PyTorch on the CPU, for tools/bench-against-peers: prints one JSON object.

Work: step (forward, loss, backward, SGD), fixmatch (one joint forward of labelled, weak and strong clips, as the public video code
does it), infer (forward in evaluation mode). Clips are in memory."""

import argparse
import json
import pathlib
import resource
import statistics
import sys
import time

import torch
import torchvision
from torch.nn.functional import cross_entropy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "reference"))


def network(name, width, classes):
    if name == "slowonly50":
        import backbone_gradients

        return backbone_gradients.SlowNetwork(round(64 * width), classes)
    return getattr(torchvision.models.video, name)(num_classes=classes)


def work_of(arguments, model, clips, labels, optimizer):
    labelled, unlabelled = arguments.clips, arguments.unlabeled
    enabled = arguments.precision == "bf16"

    def logits():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
            return model(clips)

    def infer():
        with torch.no_grad():
            logits()

    def update(loss):
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def step():
        update(cross_entropy(logits().float(), labels))

    def fixmatch():
        values = logits().float()
        weak, strong = values[labelled:labelled + unlabelled], values[labelled + unlabelled:]
        confidence, pseudo_labels = weak.detach().softmax(1).max(1)
        mask = (confidence >= 0.3).float()
        loss = cross_entropy(values[:labelled], labels)
        loss = loss + (mask * cross_entropy(strong, pseudo_labels, reduction="none")).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 40)
        optimizer.step()

    return {"step": step, "fixmatch": fixmatch, "infer": infer}[arguments.work]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=["step", "fixmatch", "infer"])
    parser.add_argument("--model", default="r3d_18", help="a name of torchvision's, or slowonly50")
    parser.add_argument("--width", type=float, default=1)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--layout", choices=["default", "channels_last"], default="default")
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--unlabeled", type=int, default=2)
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--size", type=int, default=112)
    parser.add_argument("--classes", type=int, default=101)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--warmups", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = network(arguments.model, arguments.width, arguments.classes)
    model.train(arguments.work != "infer")
    count = arguments.clips + (2 * arguments.unlabeled if arguments.work == "fixmatch" else 0)
    clips = torch.randn(count, 3, arguments.frames, arguments.size, arguments.size)
    if arguments.layout == "channels_last":
        model = model.to(memory_format=torch.channels_last_3d)
        clips = clips.to(memory_format=torch.channels_last_3d)
    labels = torch.randint(0, arguments.classes, (arguments.clips,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    work = work_of(arguments, model, clips, labels, optimizer)
    seconds = []
    for repeat in range(arguments.warmups + arguments.repeats):
        start = time.perf_counter()
        work()
        if repeat >= arguments.warmups:
            seconds.append(time.perf_counter() - start)
    print(json.dumps({
        "peer": "PyTorch " + torch.__version__, "work": arguments.work, "model": arguments.model,
        "precision": arguments.precision, "layout": arguments.layout, "clips": arguments.clips,
        "seconds": statistics.median(seconds),
        "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
