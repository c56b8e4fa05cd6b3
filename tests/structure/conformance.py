"""Every operation is whole: its kernel at each instruction set, its tests, its page.

Usage: conformance.py NM LIBRARY LEVEL...
"""

import os
import re
import subprocess
import sys

import tree

# Sources that are no operation, but what several share.
SHARED = {"loss", "pool"}

nm, library, *levels = sys.argv[1:]


def stems(folder):
    paths = [p for p in tree.files(".cpp", under=folder) if os.path.dirname(p) == folder]
    return {os.path.splitext(os.path.basename(p))[0] for p in paths}


def check_kernels():
    kernels = stems("core/kernels") - {"dispatch"}
    table = re.search(r"#define REEL_KERNEL_SOURCES\(X\)((?:.*\\\n)*.*)", tree.read("core/kernels/kernels.h"))
    listed = set(re.findall(r"X\((\w+)\)", table[1]))
    for name in sorted(kernels - listed):
        yield f"core/kernels/{name}.cpp: is not in REEL_KERNEL_SOURCES of core/kernels/kernels.h"
    for name in sorted(listed - kernels):
        yield f"core/kernels/kernels.h: lists {name}, but there is no core/kernels/{name}.cpp"

    listing = subprocess.run([nm, "-C", "--defined-only", library], check=True, capture_output=True, text=True)
    installed = set(re.findall(r"reel::kernels::(\w+)::install_(\w+)\(", listing.stdout))
    for level in levels:
        for name in sorted(kernels):
            if (level, name) not in installed:
                yield f"core/kernels/{name}.cpp: the library has no {level} version of it"


def check_ops():
    for name in sorted(stems("autograd/ops") - SHARED):
        for needed in (f"tests/ops/{name}_test.cpp", f"docs/ops/{name}.md"):
            if not tree.exists(needed):
                yield f"autograd/ops/{name}.cpp: has no {needed}"


def check_scopes():
    """What goes on the tape is seen by profiles: each function that records is an OperationScope."""
    for path in tree.files(".cpp", under="autograd/ops"):
        scoped = False
        for number, line in enumerate(tree.read(path).split("\n"), 1):
            if re.match(r"[A-Za-z]", line) and not re.match(r"template|namespace|using", line):
                scoped = False
            scoped = scoped or "OperationScope" in line
            if re.search(r"\brecord(_as|_list|_in_place|_in_place_as)?<", line) and not scoped:
                yield f"{path}:{number}: records an operation in a function without an OperationScope"


def check_functions():
    """Each function of the table of contents is named in some test."""
    declaration = re.compile(r"^(?:inline )?(?:const )?(?:std::tuple<[\w:, ]+>|[\w:]+)&? (\w+)\(", re.MULTILINE)
    tests = "".join(tree.read(p) for p in tree.files(".cpp", under="tests"))
    for header in re.findall(r"<reel/(autograd/ops/\w+\.h)>", tree.read("autograd/ops.h")):
        for name in sorted(set(declaration.findall(tree.read(header)))):
            if not re.search(rf"\b{name}\b", tests):
                yield f"{header}: no test names {name}"


tree.report(
    [*check_kernels(), *check_ops(), *check_scopes(), *check_functions()],
    f"{len(stems('core/kernels')) - 1} kernels at {', '.join(levels)}; {len(stems('autograd/ops'))} operation files",
)
