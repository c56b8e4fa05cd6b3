"""Files are short, nothing is left for later, and every folder introduces itself."""

import os
import re

import tree

LONGEST = 500  # lines
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
VAGUE = re.compile(r"(^|_)(utils?|helpers?|misc|internal)(_|$)")


def check(path):
    text = tree.read(path)
    count = text.count("\n")
    if count > LONGEST:
        yield f"{path}: has {count} lines, and may have {LONGEST}"
    if VAGUE.search(os.path.splitext(os.path.basename(path))[0]):
        yield f"{path}: is named for no concept"
    for number, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line) and os.path.basename(path) != os.path.basename(__file__):
            yield f"{path}:{number}: is unfinished: {line.strip()}"


def folders():
    named = {os.path.dirname(path) for path in tree.files("")} - {""}
    parents = {name[:i] for name in named for i, c in enumerate(name) if c == "/"}
    # The folders of tests/ mirror the tree, as its page says.
    return sorted(f for f in named | parents if not f.startswith((".", "tests/")))


sources = tree.files(".h", ".cpp", ".py", ".cmake", ".md", "CMakeLists.txt") + tree.files("", under="scripts")
problems = [p for s in sources for p in check(s)]
problems += [f"{f}/: has no README.md" for f in folders() if not tree.exists(f"{f}/README.md")]
tree.report(problems, f"{len(sources)} files are tidy")
