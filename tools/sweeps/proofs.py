"""The proofs, each a function of folder, scale and seed that returns rows: what, found, asked, and whether it holds."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

from small_run import HOME, SETTINGS

METHODS = ["supervised", "fixmatch", "cmpl"]


def write_sweep(folder, name, steps, seeds=3, rates=("1/class", "2/class")):
    """A sweep of three methods, two label rates and some seeds on the folder's small list."""
    options = "".join(f"  {option.replace('=', ': ', 1)}\n" for option in SETTINGS + [f"steps={steps}", "checkpoint.everySteps=2", "threads=1"])
    (folder.path / f"{name}.yaml").write_text(
        f"base:\n  data: {folder.list}\n{options}grid:\n  method: [{', '.join(METHODS)}]\n  labels: [{', '.join(rates)}]\n"
        f"repeats: {seeds}\n")


def sweep(folder, *arguments, start=False):
    command = [folder.executable, "sweep", *map(str, arguments)]
    if start:
        return subprocess.Popen(command, cwd=folder.path, env=folder.environment, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
    return subprocess.run(command, cwd=folder.path, env=folder.environment, capture_output=True, text=True)


def table(folder, name):
    return sweep(folder, "report", name, "--json").stdout


def cells(folder, name):
    return [json.loads(line) for line in sweep(folder, "status", name, "--json").stdout.splitlines()]


def reference(folder):
    """The sweep that nobody disturbs: its table, and how long it took."""
    write_sweep(folder, "whole", steps=24)
    begin = time.monotonic()
    if not (folder.path / "whole").exists():
        ended = sweep(folder, "run", "whole.yaml", "--jobs", 2, "--out", "whole")
        assert ended.returncode == 0, ended.stderr
    return table(folder, "whole"), time.monotonic() - begin


def each_step_once(folder, name):
    """Whether the metrics of each cell have each of its steps once, in order."""
    def steps(cell):
        lines = (folder.path / cell["run"] / "metrics.jsonl").read_text().splitlines()
        return [line["step"] for line in map(json.loads, lines) if "loss" in line]
    return all(steps(cell) == list(range(24)) for cell in cells(folder, name))


def rebuild(folder, name):
    shutil.rmtree(folder.path / name, ignore_errors=True)


def drivers(folder, scale, seed):
    """SIGKILL to the driver at random instants; the next one goes on."""
    draw, trials, expected = random.Random(seed), max(1, round(50 * scale)), reference(folder)[0]
    rebuild(folder, "drivers")
    killed = sweeps = wrong = 0
    while killed < trials:
        process = sweep(folder, "run", "whole.yaml", "--jobs", 2, "--out", "drivers", start=True)
        try:
            process.wait(draw.uniform(0.05, 3.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
            continue
        sweeps += 1
        wrong += table(folder, "drivers") != expected or not each_step_once(folder, "drivers")
        rebuild(folder, "drivers")
    ended = sweep(folder, "run", "whole.yaml", "--jobs", 2, "--out", "drivers")
    wrong += ended.returncode != 0 or table(folder, "drivers") != expected or not each_step_once(folder, "drivers")
    return [(f"SIGKILL to the driver of 18 cells, {killed} times: sweeps that end in another table", f"{wrong} of {sweeps + 1}", "0",
             wrong == 0)]


def work_of(folder, name):
    """The processes that train a cell of the sweep."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                if f"{name}/cells/".encode() in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
    return found


def kill_cells(folder, name, process, draw, trials, between=(0.2, 1.5)):
    """Kills cells of a sweep at work, until it ends or has lost so many; returns how many."""
    killed = 0
    while process.poll() is None:
        time.sleep(draw.uniform(*between))
        if killed < trials and (victims := work_of(folder, name)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(draw.choice(victims), signal.SIGKILL)
                killed += 1
    return killed


def kill_in_sweeps(folder, trials, seed, start, name):
    draw, expected = random.Random(seed), reference(folder)[0]
    killed = sweeps = wrong = 0
    while killed < trials:
        rebuild(folder, name)
        process = start()
        killed += kill_cells(folder, name, process, draw, trials - killed)
        sweeps += 1
        wrong += process.returncode != 0 or table(folder, name) != expected or not each_step_once(folder, name)
    return killed, sweeps, wrong


def cells_killed(folder, scale, seed):
    """SIGKILL to cells at random instants; the driver goes on with them."""
    def start():
        return sweep(folder, "run", "whole.yaml", "--jobs", 2, "--out", "cells", start=True)
    killed, sweeps, wrong = kill_in_sweeps(folder, max(1, round(50 * scale)), seed, start, "cells")
    return [(f"SIGKILL to {killed} cells: sweeps that end in another table", f"{wrong} of {sweeps}", "0", wrong == 0)]


def rate(folder, scale, seed):
    """The time of a sweep beside the sum of its runs divided by the jobs at once."""
    write_sweep(folder, "rate", steps=max(24, round(200 * scale)))
    rebuild(folder, "rate")
    begin = time.monotonic()
    ended = sweep(folder, "run", "rate.yaml", "--jobs", 2, "--out", "rate")
    seconds = time.monotonic() - begin
    assert ended.returncode == 0, ended.stderr
    runs = sum(cell["seconds"] for cell in cells(folder, "rate"))
    found = seconds / (runs / 2)
    return [(f"3 methods x 2 rates x 3 seeds: {seconds:.0f} s beside runs of {runs:.0f} s, two at once", f"{found:.3f}", "1.05",
             found <= 1.05)]


def thousand(folder, scale, seed):
    """Recorded cells: copies of a finished sweep's, as if a thousand had been trained."""
    reference(folder)
    rebuild(folder, "thousand")
    source = folder.path / "whole"
    record = json.loads((source / "sweep.json").read_text())
    for place in ["cells", "configurations", "logs", "failures", "locks"]:
        (folder.path / "thousand" / place).mkdir(parents=True)
    copies = []
    for number in range(1000):
        cell = record["cells"][number % len(record["cells"])]
        name = f"{number:016x}"
        run = folder.path / "thousand/cells" / name
        shutil.copytree(source / "cells" / cell["name"], run, ignore=shutil.ignore_patterns("checkpoints", "*.tfevents*"))
        rate = f"{number // 9 + 1}/class"
        copies.append(dict(cell, name=name, values={"method": METHODS[number // 3 % 3], "labels": rate, "seed": str(number % 3)}))
    (folder.path / "thousand/sweep.json").write_text(json.dumps(dict(record, cells=copies)))
    assert sweep(folder, "collect", "thousand").returncode == 0

    def seconds(*arguments):
        times = []
        for _ in range(5):
            begin = time.monotonic()
            assert sweep(folder, *arguments).returncode == 0
            times.append(time.monotonic() - begin)
        return sorted(times)[2]
    status, report = seconds("status", "thousand"), seconds("report", "thousand")
    size = (folder.path / "thousand/report.html").stat().st_size / 1e6
    return [("1,000 recorded cells: status", f"{status * 1000:.0f} ms", "200 ms", status <= 0.2),
            ("report", f"{report:.2f} s", "5 s", report <= 5), ("its file", f"{size:.2f} MB", "5 MB", size <= 5)]


def slurm(folder, scale, seed):
    """The same sweep as an array of a real Slurm, and with its cells killed."""
    node, script = folder.path / "slurm", HOME / "tools/slurm-node"
    started = subprocess.run([script, "start", node], capture_output=True, text=True)
    assert started.returncode == 0, started.stderr
    try:
        environment = dict(line.removeprefix("export ").split("=", 1) for line in started.stdout.splitlines() if "=" in line)
        folder.environment |= {name: value.strip("'\"") for name, value in environment.items()}
        expected = reference(folder)[0]

        def start():
            return sweep(folder, "run", "whole.yaml", "--executor", "slurm", "--jobs", 2, "--out", "slurmed", start=True)
        rebuild(folder, "slurmed")
        process = start()
        process.wait()
        equal = process.returncode == 0 and table(folder, "slurmed") == expected
        killed, sweeps, wrong = kill_in_sweeps(folder, max(1, round(10 * scale)), seed, start, "slurmed")
        return [("the same sweep through Slurm: the same table", "yes" if equal else "no", "yes", equal),
                (f"SIGKILL to {killed} cells of tasks: sweeps that end in another table", f"{wrong} of {sweeps}", "0", wrong == 0)]
    finally:
        subprocess.run([script, "stop", node])


ALL = dict(drivers=drivers, cells=cells_killed, rate=rate, thousand=thousand, slurm=slurm)
