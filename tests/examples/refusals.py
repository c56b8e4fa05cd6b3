"""The examples mnist and images refuse what makes no sense, in one line, and before they write anything.

Usage: refusals.py NAME PROGRAM
"""

import os
import re
import subprocess
import sys
import tempfile

MNIST = [  # arguments; what the message must say
    (["--model", "resnet"], "--model is .*resnet.*lenet.*cnn"),
    (["--norm", "instance"], "--norm is .*instance.*batch.*layer.*group.*none"),
    (["--optimizer", "lbfgs"], "--optimizer is .*lbfgs.*sgd.*adam.*adamw"),
    (["--epochs", "-1"], "--epochs is '-1'.*at least 0"),
    (["--epochs", "many"], "many"),
    (["--epochs"], "epochs"),
    (["--epochs", "99999999999999999999"], "99999999999999999999"),
    (["--batch-size", "0"], "--batch-size is '0'.*at least 1"),
    (["--batch-size", "-3"], "--batch-size is '-3'"),
    (["--lr", "0"], "--lr is '0'.*more than 0"),
    (["--lr", "nan"], "nan"),
    (["--seed", "-1"], "--seed is '-1'"),
    (["--threads", "0"], "--threads is '0'.*from 1"),
    (["--colour", "red"], "colour"),
    (["digits"], "digits"),
    (["--data", "no/such/folder"], "no/such/folder"),
    (["--save", "tests"], "mnist: cannot replace 'tests': Is a directory"),
    (["--export-onnx", "/proc/x.onnx"], "mnist: cannot create '/proc/x.onnx'"),
]

IMAGES = [
    ([], "PICTURES is missing"),
    (["no/such/folder"], "no/such/folder.* no folder"),
    (["io"], "io.*no folders|has no pictures"),
    (["."], "has no pictures"),
    (["io", "--depth", "9"], "--depth is 9.*multiple of 6"),
    (["io", "--width", "0"], "--width is '0'.*from 1"),
    (["io", "--size", "7"], "--size is '7'.*from 8"),
    (["io", "--epochs", "-1"], "--epochs is '-1'.*at least 0"),
    (["io", "--batch-size", "many"], "many"),
    (["io", "--lr", "nan"], "nan"),
    (["io", "--test", "1"], "--test is '1'.*less than 1"),
    (["io", "--seed", "-1"], "--seed is '-1'"),
    (["io", "--threads", "0"], "--threads is '0'"),
    (["io", "data"], "data"),
    (["io", "--colour", "red"], "colour"),
]

name, program = sys.argv[1:]
REFUSED = {"mnist": MNIST, "images": IMAGES}[name]
problems = []
with tempfile.TemporaryDirectory() as scratch:
    out = os.path.join(scratch, "out")
    for arguments, message in REFUSED:
        run = subprocess.run([program, "--out", out, *arguments], capture_output=True, text=True)
        shown = f"{name} {' '.join(arguments)}: exit {run.returncode}, {run.stderr.strip()!r}"
        if run.returncode not in (1, 2):
            problems.append(f"{shown}; must be refused with exit 1 or 2")
        elif len(run.stderr.strip().splitlines()) != 1 or not re.search(message, run.stderr):
            problems.append(f"{shown}; must be one line that matches {message!r}")
        elif os.path.exists(out):
            problems.append(f"{shown}; must not write to --out")

print(*problems, sep="\n", end="\n" if problems else "")
print(f"{len(REFUSED) - len(problems)} of {len(REFUSED)} refused as they should be")
sys.exit(1 if problems else 0)
