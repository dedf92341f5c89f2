"""The proofs, each a function of folder, scale and seed that returns a row: what, found, asked, and whether it holds."""

import concurrent.futures
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time

from small_run import HOME, METHODS, stop_at, stop_while_saving

KINDS = ["full", "io", "short", "readonly", "gone", "kill"]


def row(what, found, asked, holds, **details):
    return dict(what=what, found=found, asked=asked, holds=holds, **details)


def times(number, scale):
    return max(1, round(number * scale))


def references(folder, methods=METHODS):
    """What uninterrupted runs come to, and how long they take."""
    found = {}
    for method in methods:
        name = f"reference-{method}"
        begin = time.monotonic()
        if not folder.is_finished(name):
            folder.finish(name, method)
            (folder.path / f"{name}.seconds").write_text(str(time.monotonic() - begin))
        found[method] = folder.digest(name), float((folder.path / f"{name}.seconds").read_text())
    return found


def tell(name, method, expected, found):
    for key in expected | found:
        if expected.get(key) != found.get(key):
            print(f"{name} ({method}): {key} is {found.get(key)}, expected {expected.get(key)}", flush=True)


def kill(folder, scale, seed):
    """SIGKILL at random instants, a fifth of them while a checkpoint is being written."""
    draw, trials = random.Random(seed), times(200, scale)
    expected, equal, while_saving, unfinished = references(folder), 0, 0, 0
    for trial in range(trials):
        method, name = METHODS[trial % len(METHODS)], "kill"
        digest, seconds = expected[method]
        folder.remove(name)
        process = folder.start(name, method)
        if trial % 5 == 4:
            after = draw.uniform(0, 0.8 * seconds)
            stop_while_saving(process, folder.path / name / "checkpoints", after, 1.5 * seconds)
            while_saving += any(".tmp-" in path.name for path in (folder.path / name).rglob("*"))
        else:
            stop_at(process, draw.uniform(0, seconds))
        unfinished += not folder.is_finished(name)
        found = folder.finish(name, method)
        equal += found == digest
        tell(name, method, digest, found)
    return row(
        "killed at random instants, resumed: weights, optimiser, mean, metrics equal",
        f"{equal}/{trials} ({while_saving} while saving, {unfinished} before the end)", "all", equal == trials)


def term(folder, scale, seed):
    """SIGTERM: exit 75 within 10 s, and an equal continuation."""
    draw, trials = random.Random(seed + 1), times(100, scale)
    expected, good, slowest, ended = references(folder), 0, 0.0, 0
    for trial in range(trials):
        method, name = METHODS[trial % len(METHODS)], "term"
        digest, seconds = expected[method]
        folder.remove(name)
        process = folder.start(name, method)
        # Before its first words a process cannot answer, and has nothing to lose.
        while process.poll() is None and not (folder.path / name).exists():
            time.sleep(0.001)
        status, took = stop_at(process, draw.uniform(0, seconds), signal.SIGTERM)
        slowest, ended = max(slowest, took), ended + (status == 0)
        found = folder.finish(name, method)
        good += status in (0, 75) and took <= 10 and found == digest
        if status not in (0, 75):
            print(f"{name} ({method}): status {status}", flush=True)
        tell(name, method, digest, found)
    return row(
        "SIGTERM ends with 75 within 10 s, resumed: equal",
        f"{good}/{trials} (slowest {slowest:.2f} s, {ended} had ended before)", "all", good == trials)


def workers(folder, scale, seed):
    """Other numbers of loader workers, and changes of them on resume."""
    digest, seconds = references(folder, ["fixmatch"])["fixmatch"]
    equal, all_pairs = 0, [(first, second) for first in (1, 2, 4) for second in (1, 2, 4)]
    for first, second in all_pairs:
        name = "workers"
        folder.remove(name)
        stop_at(folder.start(name, "fixmatch", f"workers={first}"), 0.6 * seconds, signal.SIGTERM)
        found = folder.finish(name, "fixmatch", f"workers={second}")
        equal += found == digest
        tell(name, f"{first} then {second} workers", digest, found)
    return row("1, 2, 4 workers, resumed with 1, 2, 4: equal", f"{equal}/{len(all_pairs)}", "all", equal == len(all_pairs))


def flip(folder, scale, seed):
    """Bit flips and truncations, by the test of the checkpoint store, so often."""
    flips, cuts = times(10_000, scale), times(1_000, scale)
    environment = dict(folder.environment, SEMISUP_FLIPS=str(flips), SEMISUP_CUTS=str(cuts))
    done = subprocess.run(
        ["swift", "test", "-c", "release", "--disable-build-manifest-caching", "--disable-testable-imports", "--skip-build",
         "--filter", "CheckpointFlipTests"], cwd=HOME, env=environment, capture_output=True, text=True)
    holds = done.returncode == 0 and "with 2 tests" in done.stdout + done.stderr
    return row("single bits flipped, truncations: detected", f"{flips} and {cuts}" if holds else done.stdout[-300:], "all", holds)


def faults(folder, scale, seed):
    """A fault at the k-th file operation of a run, for every k and kind; two runs at a time."""
    method, library = "fixmatch", folder.path / "fault.so"
    subprocess.run(["cc", "-std=c2x", "-O1", "-shared", "-fPIC", "-o", library, HOME / "tools/faults/fault_injector.c"], check=True)

    def begin(name, **fault):
        folder.remove(name)
        environment = {"LD_PRELOAD": str(library), "SEMISUP_FAULT_PATH": name, **fault}
        return folder.start(name, method, environment=environment).wait()

    def is_survived(name, kind, k):
        status = begin(name, SEMISUP_FAULT=f"{kind}:{k}")
        expected = {"short": [0], "kill": [-9, 0]}.get(kind, [74, 0])
        if status not in expected:
            print(f"{kind} at operation {k}: status {status}: {(folder.path / f'{name}.log').read_text()[-300:]}", flush=True)
        found = folder.finish(name, method)
        tell(name, f"{kind} at {k}", digest, found)
        return status in expected and found == digest

    def work(name):
        good = 0
        while True:
            try:
                kind, k = points.pop()
            except IndexError:
                return good
            good += is_survived(name, kind, k)
            if len(points) % 100 == 0:
                print(f"faults: {len(points)} to go", file=sys.stderr, flush=True)

    # One validation is among the steps.
    short_run, folder.steps = folder.steps, 8
    try:
        count = folder.path / "operations"
        begin("faulty", SEMISUP_FAULT_COUNT=str(count))
        digest, operations = folder.digest("faulty"), int(count.read_text())
        points = [(kind, k) for kind in KINDS for k in range(1, operations + 1)]
        points = random.Random(seed).sample(points, times(len(points), scale))
        trials = len(points)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            good = sum(pool.map(work, ["faulty-a", "faulty-b"]))
    finally:
        folder.steps = short_run
    return row(
        f"a fault at each of {operations} file operations, {len(KINDS)} kinds: ends as it should, resumed: equal",
        f"{good}/{trials}", "all", good == trials)


def twice(folder, scale, seed):
    """Two processes on one run directory: one goes on, the other ends with 73."""
    trials, good = times(100, scale), 0
    for trial in range(trials):
        name = "twice"
        if trial % 2 == 0:
            folder.remove(name)
        both = [folder.start(name, "fixmatch") for _ in range(2)]
        while all(process.poll() is None for process in both):
            time.sleep(0.01)
        refused = [process.returncode for process in both if process.poll() is not None]
        for process in both:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        ended = [process.wait() for process in both]
        good += refused == [73] and sorted(ended) == [73, 75]
        if sorted(ended) != [73, 75]:
            print(f"twice: statuses {ended}", flush=True)
    return row("two processes on one run: exactly one goes on, the other ends with 73", f"{good}/{trials}", "all", good == trials)


def cost(folder, scale, seed):
    """What a checkpoint of a large network costs, as a share of five minutes."""
    repeats, steps, every = times(3, scale), 12, 3
    settings = ["backbone=r3d18", "backbone.width=1", "clip.size=64", "clip.length=8", f"steps={steps}"]

    def seconds(every_steps):
        folder.remove("cost")
        folder.finish("cost", "fixmatch", *settings, f"checkpoint.everySteps={every_steps}")
        lines = (folder.path / "cost/timings.jsonl").read_text().splitlines()
        return sum(json.loads(line)["seconds"] for line in lines), json.loads((folder.path / "cost/run.json").read_text())["result"]["seconds"]

    plain, saving = [], []
    for _ in range(repeats):
        plain.append(seconds(0)[1])
        saving.append(seconds(every)[1])
    saves = steps // every - 1
    each = (statistics.median(saving) - statistics.median(plain)) / saves
    megabytes = sum(path.stat().st_size for path in (folder.path / "cost/checkpoints").glob("*.safetensors")) / 2e6
    folder.remove("cost")
    return row(
        f"cost of a checkpoint of {megabytes:.0f} MB every 5 minutes", f"{each:.2f} s each, {each / 3:.2f} %", "at most 0.5 %",
        each / 300 <= 0.005, plain=plain, saving=saving)


def memory(folder, scale, seed):
    """The resident memory of a small run of 2,000 steps. Between validations it falls by as much as those took."""
    steps = times(2_000, scale)
    folder.remove("memory")
    process = folder.start("memory", "fixmatch", f"steps={steps}", "checkpoint.everySteps=50")
    samples, metrics = [], folder.path / "memory/metrics.jsonl"
    while process.poll() is None:
        try:
            resident = int(open(f"/proc/{process.pid}/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
            samples.append((metrics.read_bytes().count(b"\n"), resident))
        except (FileNotFoundError, ProcessLookupError, IndexError):
            pass
        time.sleep(0.2)
    early = [size for step, size in samples if 0.1 * steps <= step < 0.5 * steps]
    late = [size for step, size in samples if 0.5 * steps <= step < steps]
    growth = max(late) / max(early) - 1
    folder.remove("memory")
    return row(
        f"peak memory of {steps} steps with a checkpoint every 50 and a validation every 6: second half beside the first",
        f"{max(early):.1f} to {max(late):.1f} MiB, {100 * growth:+.2f} %", "flat within 1 %", growth <= 0.01)


ALL = {"kill": kill, "term": term, "workers": workers, "flip": flip, "faults": faults, "twice": twice, "cost": cost,
       "memory": memory}
