"""A program that includes <reel/reel.h> compiles nearly as fast as one that includes four standard headers.

Usage: compile_cost.py COMPILER INCLUDE_DIR
"""

import os
import subprocess
import sys
import tempfile

import tree

PROGRAM = "examples/readme.cpp"
STANDARD = "#include <functional>\n#include <memory>\n#include <string>\n#include <vector>\nint main() {}\n"
MOST_TIME = 5.0  # times the standard program's
MOST_MEMORY = 2.7
RUNS = 3

compiler, include_dir = sys.argv[1:]


def cost(source, scratch):
    """Least CPU seconds and peak MB of a few compilations: noise only ever adds."""
    command = [compiler, "-std=c++20", "-O2", "-I", include_dir, "-c", source, "-o", os.path.join(scratch, "a.o")]
    seconds, megabytes = [], []
    for _ in range(RUNS):
        pid = os.posix_spawnp(command[0], command, os.environ)
        _, status, usage = os.wait4(pid, 0)
        if status:
            sys.exit(f"{source} does not compile")
        seconds.append(usage.ru_utime + usage.ru_stime)
        megabytes.append(usage.ru_maxrss / 1024)
    return min(seconds), min(megabytes)


with tempfile.TemporaryDirectory() as scratch:
    standard = os.path.join(scratch, "standard.cpp")
    with open(standard, "w", encoding="utf-8") as file:
        file.write(STANDARD)
    least_time, least_memory = cost(standard, scratch)
    time, memory = cost(os.path.join(tree.ROOT, PROGRAM), scratch)

print(f"standard headers: {least_time:.2f} s, {least_memory:.0f} MB")
print(f"{PROGRAM}: {time:.2f} s, {memory:.0f} MB")
problems = []
if time > MOST_TIME * least_time:
    problems.append(f"takes {time / least_time:.1f} times as long; may take {MOST_TIME}")
if memory > MOST_MEMORY * least_memory:
    problems.append(f"takes {memory / least_memory:.1f} times the memory; may take {MOST_MEMORY}")
tree.report(problems, f"{time / least_time:.1f} times the time, {memory / least_memory:.1f} times the memory")
