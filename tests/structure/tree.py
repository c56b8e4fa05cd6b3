"""The project's own files, for the checks beside this one."""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOT_OURS = {".git", "build", "out", "__pycache__"}
PUBLIC_FOLDERS = (
    "core", "autograd", "autograd/ops", "nn", "nn/functional", "nn/utils", "optim", "data", "io", "io/report",
    "io/training",
)  # fmt: skip


def files(*suffixes, under="."):
    """Paths relative to the root of the files below a folder, sorted."""
    found = []
    for folder, subfolders, names in os.walk(os.path.join(ROOT, under)):
        subfolders[:] = [s for s in subfolders if s not in NOT_OURS]
        found += [os.path.relpath(os.path.join(folder, n), ROOT) for n in names if n.endswith(suffixes)]
    return sorted(found)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def exists(path):
    return os.path.exists(os.path.join(ROOT, path))


def public_headers():
    """What an installation holds: headers of the public folders, but those that show kernels, and of operations
    those that the table of contents lists."""
    contents = read("autograd/ops.h")
    headers = [h for h in files(".h") if os.path.dirname(h) in PUBLIC_FOLDERS]
    headers = [h for h in headers if os.path.dirname(h) != "autograd/ops" or f"<reel/{h}>" in contents]
    return [h for h in headers if "<reel/core/kernels/" not in read(h)] + ["reel.h"]


def includes(path):
    """(line number, spelling with its brackets or quotes) of each #include."""
    pattern = re.compile(r'^\s*#\s*include\s+([<"][^>"]+[>"])')
    for number, line in enumerate(read(path).splitlines(), 1):
        if match := pattern.match(line):
            yield number, match[1]


def report(problems, what):
    """Ends the check."""
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else f"ok: {what}")
    sys.exit(1 if problems else 0)
