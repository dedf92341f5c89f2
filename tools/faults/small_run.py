"""A run that takes seconds, started, stopped, damaged and compared: what the proofs of this folder have in common."""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time

HOME = pathlib.Path(__file__).resolve().parents[2]
METHODS = ["fixmatch", "cmpl", "temporal-gradient", "xdc", "video-qa"]
SETTINGS = [
    "backbone=r3d10", "backbone.width=0.0625", "clip.size=32", "clip.length=8", "clip.stride=1", "batch.labeled=2",
    "batch.unlabeled=4", "ema.decay=0.9", "workers=2", "checkpoint.everyMinutes=0", "evaluation.everyEpochs=1",
    "evaluation.views=1x1",
]
# Four rounds of an epoch each; two stages of as many steps.
OF_METHOD = {
    "xdc": ["method.soundWidth=0.0625", "method.soundDepth=0.5", "method.clusters=4", "method.components=3"],
    "video-qa": ["features=features", "method.vocabularySize=200", "method.pretrainingShare=0.5"],
}


class Folder:
    """Where the runs are, with a small list of real clips."""

    def __init__(self, path, executable, steps=24, every_steps=2):
        self.path, self.steps, self.every_steps = pathlib.Path(path), steps, every_steps
        self.path.mkdir(parents=True, exist_ok=True)
        self.executable = pathlib.Path(executable)
        self.environment = dict(os.environ, OMP_WAIT_POLICY="passive", GOMP_SPINCOUNT="0")
        if self.executable.is_relative_to(HOME):
            self.environment["SEMISUP_HOME"] = str(HOME)
        self.list, self.questions = self.path / "clips.csv", self.path / "questions.jsonl"
        if not self.questions.exists():
            made = self.semisup(["data", "make", "motions", "--json"])
            motions = pathlib.Path(json.loads(made.stdout.splitlines()[-1])["root"])
            self.write_list(motions)
            self.write_questions(motions)

    def write_list(self, motions):
        lines = ["video,label,split"]
        # Six steps an epoch, after each of which the validation clips are scored.
        for part, source, first, end in [("train", "train", 0, 6), ("val", "test", 0, 2), ("test", "test", 2, 4)]:
            for group in sorted(path for path in (motions / source).iterdir() if path.is_dir())[:4]:
                lines += [f"{clip},{group.name},{part}" for clip in sorted(group.glob("*.mp4"))[first:end]]
        self.list.write_text("\n".join(lines) + "\n")

    def write_questions(self, motions):
        """Questions about six training clips, two validation clips and two test clips, and vectors of their frames."""
        wanted, lines = {"train": 24, "val": 8, "test": 8}, []
        for record in map(json.loads, (motions / "questions.jsonl").open()):
            part = "val" if record["split"] == "test" and wanted["val"] else record["split"]
            if wanted[part]:
                wanted[part] -= 1
                lines.append(json.dumps(record | {"split": part, "video": str(motions / record["video"])}))
        self.questions.write_text("\n".join(lines) + "\n")
        made = self.semisup(["data", "features", self.questions, "--out", "features", *SETTINGS[:5]])
        if made.returncode != 0:
            raise SystemExit(f"data features: {made.stderr}")

    def semisup(self, arguments, **options):
        return subprocess.run([self.executable, *arguments], env=self.environment, cwd=self.path, capture_output=True, text=True,
                              **options)

    def arguments(self, name, method, *settings):
        """The command that begins the run `name`, or goes on with it where it is there."""
        if (self.path / name / "run.json").exists():
            return ["train", "--resume", "--out", name, *[each for each in settings if each.startswith("workers=")]]
        data = self.questions if method == "video-qa" else self.list
        return ["train", "--method", method, "--data", str(data), "--labels", "1/class", "--out", name,
                f"steps={self.steps}", f"checkpoint.everySteps={self.every_steps}", *SETTINGS, *OF_METHOD.get(method, []), *settings]

    def start(self, name, method, *settings, environment=None):
        return subprocess.Popen([self.executable, *self.arguments(name, method, *settings)], cwd=self.path,
                                env=dict(self.environment, **(environment or {})), stdout=subprocess.DEVNULL,
                                stderr=open(self.path / f"{name}.log", "a"))

    def finish(self, name, method, *settings):
        """Runs to the end, unless it has come there, and returns what it came to; what stands in the way is told."""
        if not self.is_finished(name):
            status = self.start(name, method, *settings).wait()
            if status != 0:
                print(f"{name} ended with {status}: {(self.path / f'{name}.log').read_text()[-400:]}", flush=True)
                return {}
        return self.digest(name)

    def remove(self, name):
        shutil.rmtree(self.path / name, ignore_errors=True)
        (self.path / f"{name}.log").unlink(missing_ok=True)

    def digest(self, name):
        """What a run came to: weights, optimiser, mean and method, the best of them, metrics, and the result, each as a digest."""
        run = self.path / name
        newest, best = sorted((run / "checkpoints").glob("step-*.json"))[-1], run / "checkpoints/best.json"
        result = json.loads((run / "run.json").read_text())["result"]
        found = {"state": state_digest(newest), "weights": result["weightsDigest"], "accuracy": result["accuracyTop1"],
                 "metrics": hashlib.sha256((run / "metrics.jsonl").read_bytes()).hexdigest()}
        if best.exists():
            step = json.loads(best.read_text())["step"]
            found |= {"best": step, "best state": state_digest(run / f"checkpoints/step-{step:08}.json")}
        return found

    def is_finished(self, name):
        record = self.path / name / "run.json"
        return record.exists() and json.loads(record.read_text())["state"] == "finished"


def state_digest(manifest):
    """The tensors of the checkpoint that a manifest vouches for."""
    with open(manifest.parent / json.loads(manifest.read_text())["file"], "rb") as stream:
        header = json.loads(stream.read(struct.unpack("<Q", stream.read(8))[0]))
        header.pop("__metadata__")
        return hashlib.sha256(json.dumps(header, sort_keys=True).encode() + stream.read()).hexdigest()


def stop_at(process, seconds, number=signal.SIGKILL):
    """Sends a signal after so many seconds, unless the process has ended; returns its status and how long it took to end."""
    try:
        process.wait(seconds)
        return process.returncode, 0.0
    except subprocess.TimeoutExpired:
        begin = time.monotonic()
        process.send_signal(number)
        return process.wait(), time.monotonic() - begin


def stop_while_saving(process, checkpoints, after, patience):
    """Kills a process while it writes a checkpoint, the first that it is caught at after so many seconds."""
    begin = time.monotonic()
    while process.poll() is None and time.monotonic() - begin < patience:
        if time.monotonic() - begin >= after:
            try:
                if any(".tmp-" in name for name in os.listdir(checkpoints)):
                    process.kill()
                    break
            except FileNotFoundError:
                pass
        time.sleep(0.0001)
    else:
        process.kill()
    return process.wait()
