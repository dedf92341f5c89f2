"""Reads runs by TensorBoard's own reader and compares them with what the runs wrote beside.

    check.py RUN...

Every number of metrics.jsonl and timings.jsonl has to be there under its tag and step, as a 32-bit float, and no other; pictures have to
be readable. Ends with 1 where something differs.
"""

import collections
import io
import json
import math
import pathlib
import sys

import numpy
import PIL.Image
from tensorboard.backend.event_processing import event_accumulator


def tag(metric):
    """Where TensorBoard shows a metric."""
    group, _, name = metric.partition(".")
    if metric == "loss":
        return "loss/total"
    return f"{group}/{name}" if name and group in ("loss", "validation", "test") and metric != "loss.total" else f"train/{metric}"


def number(value):
    """As a 32-bit float in words; null stands for infinities and for what is no number."""
    value = numpy.float32(math.nan if value is None else value)
    return repr(float(value)) if numpy.isfinite(value) else "no number"


def written(run):
    """The numbers by tag and step, as the run's own files tell them."""
    found = collections.defaultdict(lambda: collections.defaultdict(set))
    for file, name in [("metrics.jsonl", tag), ("timings.jsonl", lambda timing: f"time/{timing}")]:
        for line in (run / file).read_text().splitlines():
            entry = json.loads(line)
            for metric, value in entry.items():
                if metric != "step" and (value is None or type(value) in (int, float)):
                    found[name(metric)][entry["step"]].add(number(value))
    record = json.loads((run / "run.json").read_text())
    if result := record.get("result"):
        last = max(0, result["steps"] - 1)
        accuracies = {f"test/{name}": result[name] for name in ("accuracyTop1", "accuracyTop5", "meanClassAccuracy")}
        if result["testClips"] == 0:
            accuracies = {}
        for name, value in (accuracies | {f"scores/{name}": value for name, value in result["scores"].items()}).items():
            found[name][last].add(number(value))
    return found, record


def shown(run):
    """The same, and the sizes of the pictures, as TensorBoard reads them."""
    reader = event_accumulator.EventAccumulator(str(run), {event_accumulator.SCALARS: 0, event_accumulator.IMAGES: 0})
    reader.Reload()
    numbers = collections.defaultdict(lambda: collections.defaultdict(set))
    for name in reader.Tags()["scalars"]:
        for event in reader.Scalars(name):
            numbers[name][event.step].add(number(event.value))
    pictures = {}
    for name in reader.Tags()["images"]:
        for event in reader.Images(name):
            with PIL.Image.open(io.BytesIO(event.encoded_image_string)) as picture:
                picture.load()
                pictures[name, event.step] = picture.size, (event.width, event.height), picture.mode
    return numbers, pictures


def differences(run):
    expected, record = written(run)
    found, pictures = shown(run)
    problems = []
    for name in sorted(expected.keys() | found.keys()):
        for step in sorted(expected[name].keys() | found[name].keys()):
            if expected[name][step] != found[name][step]:
                problems.append(f"{name} at step {step}: {sorted(found[name][step])}, expected {sorted(expected[name][step])}")
    for (name, step), (size, told, mode) in pictures.items():
        if size != told or mode != "RGB":
            problems.append(f"{name} at step {step}: a picture of {size} in {mode}, told as {told}")
    names = {name for name, _ in pictures}
    if any(name.startswith("train/") for name in found) and "views/clips" not in names:
        problems.append("there is no picture of the views")
    if record["state"] == "finished" and record["result"]["testClips"] and "test/confusion" not in names:
        problems.append("there is no picture of the confusion")
    files = len(list(run.glob("events.out.tfevents.*")))
    points = sum(len(steps) for steps in found.values())
    sizes = ", ".join(f"{name} at step {step} ({size[0]} x {size[1]})" for (name, step), (size, _, _) in sorted(pictures.items()))
    print(f"{run}: {files} file{'s' * (files != 1)}, {len(found)} tags, {points} points; pictures: {sizes or 'none'}")
    return problems


def main():
    problems = [f"{run}: {problem}" for run in sys.argv[1:] for problem in differences(pathlib.Path(run))]
    for problem in problems[:20]:
        print(problem, file=sys.stderr)
    if len(problems) > 20:
        print(f"and {len(problems) - 20} more", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
