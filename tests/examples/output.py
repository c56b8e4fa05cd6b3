"""Runs a program and compares what it prints with what the documentation says it prints.

Usage: output.py RECORDED PROGRAM [ARGUMENT...]

Words must be equal, and numbers near: the last digits depend on the processor. With REEL_WRITE_OUTPUT set, RECORDED is written
instead."""

import os
import re
import subprocess
import sys

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]\d+)?(?![\w.]*\w)")


def differs(a, b):
    return abs(float(a) - float(b)) > 0.02 + abs(float(b)) / 3


def compare(printed, recorded):
    new, old = printed.splitlines(), recorded.splitlines()
    if len(new) != len(old):
        yield f"{len(new)} lines, and {len(old)} are recorded"
    for number, (a, b) in enumerate(zip(new, old), 1):
        same_words = re.sub(r"\s+", " ", NUMBER.sub("#", a)) == re.sub(r"\s+", " ", NUMBER.sub("#", b))
        if not same_words or any(differs(x, y) for x, y in zip(NUMBER.findall(a), NUMBER.findall(b))):
            yield f"line {number} is\n  {a}\nand recorded is\n  {b}"


path, command = sys.argv[1], sys.argv[2:]
done = subprocess.run(command, capture_output=True, text=True)
problems = [f"ended with {done.returncode}: {done.stderr}"] if done.returncode else []
if os.environ.get("REEL_WRITE_OUTPUT") and not problems:
    with open(path, "w", encoding="utf-8") as file:
        file.write(done.stdout)
elif not os.path.exists(path):
    problems.append(f"{path} does not exist; REEL_WRITE_OUTPUT=1 writes it")
else:
    with open(path, encoding="utf-8") as file:
        problems += compare(done.stdout, file.read())
print(*problems or ["ok"], sep="\n")
sys.exit(bool(problems))
