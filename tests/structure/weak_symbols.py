"""No code of a higher instruction set can leak out of its kernels.

Usage: weak_symbols.py NM LEVEL OBJECT...

The linker keeps one of all definitions of a weak symbol (an inline function, an instance of a template) for the
whole program. If it kept one compiled for AVX-512, the program would die on a machine without. So each weak symbol of
these objects must be of the level's own namespace. Nor may anything run before the level was chosen.
"""

import subprocess
import sys

import tree

nm, level, *objects = sys.argv[1:]
namespace = f"reel::kernels::{level}"
problems = []
symbols = 0
for path in objects:
    listing = subprocess.run([nm, "-C", "--defined-only", path], check=True, capture_output=True, text=True)
    for line in listing.stdout.splitlines():
        _, kind, name = line.split(maxsplit=2)
        symbols += 1
        if kind in "WVu" and namespace not in name and not name.startswith("DW.ref."):
            problems.append(f"{path}: weak symbol outside {namespace}: {name}")
        if name.startswith("_GLOBAL__sub_I"):
            problems.append(f"{path}: has a constructor that runs at start: {name}")
if not symbols:
    problems.append(f"no symbol found in {len(objects)} objects")
tree.report(problems, f"{symbols} symbols of {len(objects)} objects keep to {namespace}")
