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
MOST_MEMORY = 2.8
LEAST_RUNS, MOST_RUNS = 3, 30

compiler, include_dir = sys.argv[1:]


def cost(source, scratch):
    """CPU seconds and peak MB of a compilation."""
    command = [compiler, "-std=c++20", "-O2", "-I", include_dir, "-c", source, "-o", os.path.join(scratch, "a.o")]
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"{source} does not compile")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


# In turns, and the least of each: noise only ever adds, but a busy minute may meet all runs of one.
with tempfile.TemporaryDirectory() as scratch:
    standard = os.path.join(scratch, "standard.cpp")
    with open(standard, "w", encoding="utf-8") as file:
        file.write(STANDARD)
    least_time = least_memory = time = memory = float("inf")
    for run in range(MOST_RUNS):
        seconds, megabytes = cost(standard, scratch)
        least_time, least_memory = min(least_time, seconds), min(least_memory, megabytes)
        seconds, megabytes = cost(os.path.join(tree.ROOT, PROGRAM), scratch)
        time, memory = min(time, seconds), min(memory, megabytes)
        if run + 1 >= LEAST_RUNS and time <= MOST_TIME * least_time and memory <= MOST_MEMORY * least_memory:
            break

print(f"standard headers: {least_time:.2f} s, {least_memory:.0f} MB")
print(f"{PROGRAM}: {time:.2f} s, {memory:.0f} MB")
problems = []
if time > MOST_TIME * least_time:
    problems.append(f"takes {time / least_time:.1f} times as long; may take {MOST_TIME}")
if memory > MOST_MEMORY * least_memory:
    problems.append(f"takes {memory / least_memory:.1f} times the memory; may take {MOST_MEMORY}")
tree.report(problems, f"{time / least_time:.1f} times the time, {memory / least_memory:.1f} times the memory")
