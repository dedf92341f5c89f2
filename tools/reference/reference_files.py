"""Where the reference files live and how they are written: small JSON, the same bytes on every run."""

import hashlib
import json
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = ROOT / "Tests" / "Reference"


def folder():
    """What holds the output folders: Tests/Reference, or REFERENCE_FOLDER when it is set."""
    return pathlib.Path(os.environ.get("REFERENCE_FOLDER", DEFAULT_FOLDER))


def plain(value):
    """`value` with arrays, tensors and numpy scalars turned into what JSON knows."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def one_line(value):
    """Floats as their shortest form that reads back to the same bits (at most 17 significant digits)."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def write(name, content, part="engine"):
    """Writes an object as JSON into the folder `part`, one line an entry of its top-level lists; prints the digest."""
    lines = []
    for key, value in plain(content).items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            body = "[\n" + ",\n".join(one_line(item) for item in value) + "\n]"
        else:
            body = one_line(value)
        lines.append(f"{one_line(key)}:{body}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    json.loads(text)
    path = folder() / part / name
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
    print(f"{hashlib.sha256(text.encode()).hexdigest()[:16]}  {len(text):7d} bytes  {name}", flush=True)
