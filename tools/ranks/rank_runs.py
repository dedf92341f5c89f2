"""Runs as several ranks, and what they leave: what the proofs of this folder have in common."""

import json
import os
import pathlib
import subprocess
import sys

HOME = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = dict(os.environ, OMP_WAIT_POLICY="passive", GOMP_SPINCOUNT="0")


def as_ranks(count, words):
    """The command by which so many processes of this machine do it together."""
    if count == 1:
        return words
    return ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", str(count), *words]


def start(words, **options):
    return subprocess.Popen([str(word) for word in words], env=ENVIRONMENT, text=True, **options)


def fail(words, status, errors):
    sys.exit(f"error: {' '.join(map(str, words))} ended with {status}:\n{errors[-2000:]}")


def call(words):
    """What the command prints; ends this process where it fails."""
    job = start(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = job.communicate()
    if job.returncode != 0:
        fail(words, job.returncode, errors)
    return output


def timings(run):
    """The whole lines of timings.jsonl so far."""
    path = pathlib.Path(run) / "timings.jsonl"
    return [json.loads(line) for line in path.read_text().rpartition("\n")[0].splitlines()] if path.exists() else []
