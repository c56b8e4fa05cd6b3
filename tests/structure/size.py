"""The library stays small: a program carries what it uses of it, and a repository or image all of it.

Usage: size.py STRIP LIBRARY LIMIT_MB
"""

import os
import subprocess
import sys
import tempfile

import tree

strip, library, limit = sys.argv[1], sys.argv[2], float(sys.argv[3])
with tempfile.TemporaryDirectory() as folder:
    stripped = os.path.join(folder, "stripped.a")
    subprocess.run([strip, "--strip-unneeded", "-o", stripped, library], check=True)
    megabytes = os.path.getsize(stripped) / 1e6
problems = []
if megabytes > limit:
    problems.append(f"{library} is {megabytes:.2f} MB without debugging symbols, and {limit} are allowed; "
                    "nm -S --size-sort finds the largest functions, readelf -S what weak symbols cost")
tree.report(problems, f"{megabytes:.2f} MB without debugging symbols, of {limit} allowed")
