"""What every program's command line must do. Usage: command_line.py PROGRAM..."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

problems = []


def call(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)


def expect(what, result, code, out="", err=""):
    lines = result.stderr.strip().splitlines()
    if result.returncode != code or not re.search(out, result.stdout) or not re.search(err, result.stderr):
        problems.append(f"{what}: exit {result.returncode}, {result.stdout!r}, {result.stderr!r}; want {code}, {out!r}, {err!r}")
    elif code and len(lines) != 1:
        problems.append(f"{what}: {result.stderr!r} must be one line")


with tempfile.TemporaryDirectory() as scratch:
    config = pathlib.Path(scratch, "config.json")
    for path in sys.argv[1:]:
        name = pathlib.Path(path).name
        expect(f"{name} --help", call(path, "--help"), 0, rf"\w.*\.\n\nUsage: {name} (?s:.*)--config FILE(?s:.*)Exit code: 0")
        expect(f"{name} --version", call(path, "--version"), 0, rf"^{name}, of reel \d+\.\d+\.\d+\n$")
        expect(f"{name} --verison", call(path, "--verison"), 2, "^$", rf"{name}: '--verison'.*did you mean --version")
        expect(f"{name} --quiet --verbose", call(path, "--quiet", "--verbose"), 2, "^$", "contradict")
        config.write_text(json.dumps({"no-such-key": 1}), encoding="utf-8")
        expect(f"{name} --config", call(path, "--config", config), 2, "^$", "no-such-key")

print(*problems, sep="\n", end="\n" if problems else "")
print(f"{len(sys.argv) - 1} programs, {len(problems)} problems")
sys.exit(bool(problems) or len(sys.argv) < 2)
