"""safetensors, .npy and .npz files from reel read by Python, and the other way round.

Usage: check_arrays.py EXCHANGE FOLDER
"""

import pathlib
import shutil
import subprocess
import sys
import zipfile

import numpy
import safetensors.numpy
from samples import DTYPES, check, sample, samples

exchange, folder = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)

subprocess.run([exchange, "write", folder], check=True)
check(safetensors.numpy.load_file(folder / "reel.safetensors"), "reel.safetensors")
for name in ("reel.npz", "reel-compressed.npz", "reel-zip64.npz"):
    assert zipfile.ZipFile(folder / name).testzip() is None
    check(numpy.load(folder / name), name)
check({p.stem: numpy.load(p) for p in (folder / "npy").iterdir()}, "npy/")
fortran = numpy.load(folder / "fortran.npy")
assert fortran.flags.f_contiguous and not fortran.flags.c_contiguous
assert numpy.array_equal(fortran, sample("float32", (3, 1, 5)).reshape(3, 5).T)

# Types that reel widens too, and the orders that bytes and elements may have.
extended = samples([*DTYPES, "uint16", "uint32", "float16"])
safetensors.numpy.save_file(extended, folder / "python.safetensors", metadata={"by": "Python"})
numpy.savez(folder / "python.npz", **extended)
numpy.savez_compressed(folder / "python-compressed.npz", **extended)
numpy.savez(folder / "python-fortran.npz", **{n: a.copy(order="F") for n, a in extended.items()})
swapped = {n: a.astype(a.dtype.newbyteorder(">")) for n, a in extended.items()}
numpy.savez(folder / "python-swapped.npz", **swapped)
with zipfile.ZipFile(folder / "python-versions.npz", "w") as archive:
    for version in ((1, 0), (2, 0), (3, 0)):
        with archive.open(f"int64_{2 + version[0] - 1}.npy", "w") as file:
            numpy.lib.format.write_array(file, sample("int64", [(2, 3), (3, 1, 5), (17,)][version[0] - 1]), version)
numpy.save(folder / "python.npy", sample("float32", (2, 3)))
subprocess.run([exchange, "read", folder], check=True)
