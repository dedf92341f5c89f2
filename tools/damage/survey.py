#!/usr/bin/env python3
"""Reads damaged videos with the loader, each in a process of its own, and says what came of them.

    survey.py SURVEY OUT [--count N] [--seed S] [--jobs J]      SURVEY: the program of Survey.swift; `run` builds it and calls this

OUT/files.tsv has a line a file, OUT/clips.tsv a line a clip; OUT/kept has the files that broke a limit or gave wrong pictures unnoticed.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import resource
import subprocess
import sys
import threading
import time

import mutate

SECONDS_LIMIT, MEMORY_LIMIT_MIB, ADDRESS_LIMIT_MIB = 10, 1024, 8192
LEAST_FLAGGED, MOST_ALARMS = 0.90, 0.005


def supervise(arguments, log):
    """Runs a program; returns its lines, how it ended ("ok", "crash N", "hang"), seconds and the most memory in MiB."""
    begin = time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen([str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    # Above what is measured, so that no file can bring the machine down.
    resource.prlimit(process.pid, resource.RLIMIT_AS, (ADDRESS_LIMIT_MIB << 20, ADDRESS_LIMIT_MIB << 20))
    hung = threading.Event()
    timer = threading.Timer(SECONDS_LIMIT, lambda: (hung.set(), os.kill(process.pid, 9)))
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    end = "hang" if hung.is_set() else "ok" if process.returncode == 0 else f"crash {process.returncode}"
    lines = log.read_text(errors="replace").splitlines()
    return [line.split("\t") for line in lines], end, time.monotonic() - begin, usage.ru_maxrss / 1024


class Survey:
    def __init__(self, program, out):
        self.program, self.out = program, out
        self.files, self.clips, self.alarms = [], [], []
        for name in ("reference", "damaged", "kept"):
            (out / name).mkdir(parents=True, exist_ok=True)
        self.clean = mutate.make_clean(out / "clean")

    def read_clean(self, pool):
        def read(name):
            reference = self.out / "reference" / name
            for arguments in (["clean", self.clean[name], reference], ["alarms", self.clean[name]]):
                log = self.out / "damaged" / f"{name}.log"
                lines, end, _, _ = supervise([self.program, *arguments], log)
                log.unlink()
                if end != "ok":
                    sys.exit(f"{name}: {arguments[0]}: {end}: {lines}")
            self.alarms += [[name] + line for line in lines]
        list(pool.map(read, self.clean))

    def read_damaged(self, mutant):
        number, source, kind, detail, data = mutant
        name = mutate.mutant_name(number, source, kind)
        path, log = self.out / "damaged" / name, self.out / "damaged" / f"{name}.log"
        path.write_bytes(data)
        lines, end, seconds, memory = supervise([self.program, "damaged", path, self.out / "reference" / source], log)
        facts = {line[0]: line[1:] for line in lines if line[0] in ("error", "indexed", "examined", "unexamined")}
        decode_errors = facts.get("indexed", ["", "", "0"])[2]
        clips = [[name, source, kind, *line[:7], decode_errors] for line in lines if line[0] in ("clip", "short", "refused")]
        missed = [clip for clip in clips if clip[3] == "clip" and int(clip[6]) > 0 and clip[9] == "-"]
        file = [name, source, kind, detail, end, f"{seconds:.2f}", f"{memory:.0f}",
                *(" ".join(facts.get(key, ["-"])) for key in ("error", "indexed", "examined", "unexamined"))]
        if end != "ok" or memory > MEMORY_LIMIT_MIB or missed:
            path.rename(self.out / "kept" / name)
            log.rename(self.out / "kept" / f"{name}.log")
        else:
            path.unlink()
            log.unlink()
        return file, clips

    def run(self, count, seed, jobs):
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            self.read_clean(pool)
            clean = {name: path.read_bytes() for name, path in self.clean.items()}
            pending = collections.deque()
            # Few at a time, so that the damaged files need not all be in memory.
            for mutant in mutate.mutants(clean, count, seed):
                pending.append(pool.submit(self.read_damaged, mutant))
                while len(pending) > 4 * jobs:
                    self.take(pending.popleft().result())
            while pending:
                self.take(pending.popleft().result())

    def take(self, result):
        self.files.append(result[0])
        self.clips += result[1]
        if len(self.files) % 100 == 0:
            print(f"{len(self.files)} files read", file=sys.stderr)

    def write(self):
        for name, rows in (("files", self.files), ("clips", self.clips), ("alarms", self.alarms)):
            (self.out / f"{name}.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))


def share(part, whole):
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none"


def flagged(clips, index):
    """Clips that came out by an index with a frame that is wrong; those of them that were called damaged."""
    wrong = [clip for clip in clips if clip[3] == "clip" and clip[4] == index and int(clip[6]) > 0]
    return wrong, [clip for clip in wrong if clip[9] != "-"]


def table(survey, by):
    """Shares flagged by source (1) or kind (2)."""
    rows = [("", "files", "own index: wrong", "flagged", "clean index: wrong", "flagged")]
    for key in sorted({file[by] for file in survey.files}):
        clips = [clip for clip in survey.clips if clip[by] == key]
        cells = [f"{len(part)}" for index in ("own", "clean") for part in flagged(clips, index)]
        rows.append((key, str(sum(file[by] == key for file in survey.files)), *cells))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for row in rows:
        print("  ".join(cell.ljust(w) if not n else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths))))
    print()


def summarize(survey):
    """Prints the tables and the criteria; True where all are met."""
    table(survey, 1)
    table(survey, 2)
    ends = collections.Counter(file[4].split()[0] for file in survey.files)
    positions = sum(int(row[2]) for row in survey.alarms if row[1] == "alarms")
    alarms = sum(int(row[3]) for row in survey.alarms if row[1] == "alarms")
    files = [row[0] for row in survey.alarms if row[1] == "alarms" and row[4] != "-"]
    memory = max(float(file[6]) for file in survey.files)
    wrong, caught = flagged(survey.clips, "own")
    wrong_clean, caught_clean = flagged(survey.clips, "clean")
    criteria = [
        ("crashes", ends["crash"], ends["crash"] == 0),
        (f"hangs of more than {SECONDS_LIMIT} s", ends["hang"], ends["hang"] == 0),
        ("longest", f"{max(float(file[5]) for file in survey.files):.2f} s", ends["hang"] == 0),
        ("most memory", f"{memory:.0f} MiB", memory <= MEMORY_LIMIT_MIB),
        ("wrong clips flagged by the decoder's signals", share(len(caught), len(wrong)),
         len(caught) >= LEAST_FLAGGED * len(wrong)),
        ("wrong clips flagged by the clean file's index", share(len(caught_clean), len(wrong_clean)),
         len(caught_clean) == len(wrong_clean)),
        ("false alarms on clean clips", share(alarms, positions), alarms <= MOST_ALARMS * positions),
        ("false alarms on clean files", f"{len(files)} {' '.join(files)}", not files),
    ]
    for what, found, is_met in criteria:
        print(f"{'ok    ' if is_met else 'FAILED'}  {what}: {found}")
    return all(is_met for _, _, is_met in criteria)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    survey = Survey(arguments.program, arguments.out)
    survey.run(arguments.count, arguments.seed, arguments.jobs)
    survey.write()
    sys.exit(0 if summarize(survey) else 1)


if __name__ == "__main__":
    main()
