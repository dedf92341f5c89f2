"""Writes every reference of the engine, of the methods and of text again; with --check, writes to a temporary folder and compares bytes instead."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import reference_files

# The scripts by the folder that they write into, each a file of its own name.
SCRIPTS = {"engine": ["hash_values", "operations", "layers", "losses", "metrics", "clustering", "linear_probe", "optimizers",
                      "r3d18_forward", "slowonly50_forward", "backbone_gradients", "fixmatch_steps", "torchvision_names"],
           "methods": ["cmpl_steps", "temporal_gradient_steps", "video_qa_steps", "xdc_steps"],
           "text": ["wordpiece"]}


# Its last digits depend on the processor.
NOT_COMPARED = ["autocast_errors"]


def run(folder):
    here = pathlib.Path(__file__).resolve().parent
    environment = os.environ | {"REFERENCE_FOLDER": str(folder)}
    for script in sum(SCRIPTS.values(), []) + NOT_COMPARED:
        subprocess.run([sys.executable, str(here / f"{script}.py")], check=True, env=environment)


def differing(folder):
    """Names of the reference files whose bytes in `folder` are not those committed."""
    names = [f"{part}/{script}.json" for part, scripts in SCRIPTS.items() for script in scripts]
    return [name for name in names if (folder / name).read_bytes() != (reference_files.folder() / name).read_bytes()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        run(reference_files.folder())
        return
    with tempfile.TemporaryDirectory() as folder:
        run(folder)
        changed = differing(pathlib.Path(folder))
    if changed:
        sys.exit(f"these differ from the committed files: {', '.join(changed)}")
    print("all files are the same")


if __name__ == "__main__":
    main()
