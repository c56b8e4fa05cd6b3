"""Holds the layers: each folder includes only what it may stand on."""

import re

import tree

MAY_INCLUDE = {
    "core": {"core"},
    "autograd": {"core", "autograd"},
    "nn": {"core", "autograd", "nn"},
    "optim": {"core", "autograd", "optim"},
    "data": {"core", "autograd", "nn", "data"},
    "io": {"core", "autograd", "nn", "optim", "io"},
    "distributed": {"core", "autograd", "nn", "optim", "data", "distributed"},
}

# Kernels are compiled once per instruction set. A standard template used by one would carry that
# set's instructions into the rest of the program, so they have these headers only;
# what these define is always inlined.
KERNEL_MAY_INCLUDE = re.compile(
    r"<(reel/core/kernels/\w+\.h|reel/core/(parallel|random|scratch|segment|shape)\.h|cfloat|cmath|cstddef|cstdint"
    r"|cstring|limits|type_traits|immintrin\.h)>"
)


def folder_of(path):
    return path.split("/")[0]


def check(path):
    folder = folder_of(path)
    for number, spelling in tree.includes(path):
        where = f"{path}:{number}: includes {spelling}"
        name = spelling[1:-1]
        beside = folder == "examples" and tree.exists(f"{path.rsplit('/', 1)[0]}/{name}")  # as users' own programs do
        if spelling.startswith('"') and folder not in ("tests", "bench") and not beside:
            yield f"{where}; spell it <reel/...>"
        elif name.startswith("reel/core/kernels/") and folder in ("examples", "bench"):
            yield f"{where}, which is not public"
        elif path.startswith("core/kernels/") and not path.endswith("/dispatch.cpp"):
            if not KERNEL_MAY_INCLUDE.fullmatch(spelling):
                yield f"{where}, which a kernel may not"
        elif folder in MAY_INCLUDE and name.startswith("reel/"):
            if name == "reel/reel.h" or folder_of(name[len("reel/"):]) not in MAY_INCLUDE[folder]:
                yield f"{where}; {folder} may include {', '.join(sorted(MAY_INCLUDE[folder]))}"


sources = tree.files(".h", ".cpp")
tree.report([p for s in sources for p in check(s)], f"{len(sources)} files keep the layers")
