"""The mnist example refuses what makes no sense, in one line, and before it writes anything.

Usage: refusals.py PROGRAM
"""

import os
import re
import subprocess
import sys
import tempfile

REFUSED = [  # arguments; what the message must say
    (["--model", "resnet"], "--model is .*resnet.*lenet.*cnn"),
    (["--norm", "instance"], "--norm is .*instance.*batch.*layer.*group.*none"),
    (["--optimizer", "lbfgs"], "--optimizer is .*lbfgs.*sgd.*adam.*adamw"),
    (["--epochs", "0"], "--epochs is '0'.*at least 1"),
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
]

program = sys.argv[1]
problems = []
with tempfile.TemporaryDirectory() as scratch:
    out = os.path.join(scratch, "out")
    for arguments, message in REFUSED:
        run = subprocess.run([program, "--out", out, *arguments], capture_output=True, text=True)
        shown = f"mnist {' '.join(arguments)}: exit {run.returncode}, {run.stderr.strip()!r}"
        if run.returncode not in (1, 2):
            problems.append(f"{shown}; must be refused with exit 1 or 2")
        elif len(run.stderr.strip().splitlines()) != 1 or not re.search(message, run.stderr):
            problems.append(f"{shown}; must be one line that matches {message!r}")
        elif os.path.exists(out):
            problems.append(f"{shown}; must not write to --out")

print(*problems, sep="\n", end="\n" if problems else "")
print(f"{len(REFUSED) - len(problems)} of {len(REFUSED)} refused as they should be")
sys.exit(1 if problems else 0)
