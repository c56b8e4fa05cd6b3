"""Makes a virtual environment with packages from PyPI, unless it is there already.

Usage: environment.py FOLDER PACKAGE...
"""

import pathlib
import subprocess
import sys

folder, packages = pathlib.Path(sys.argv[1]), sys.argv[2:]
made = folder / "made-with"
if made.exists() and made.read_text(encoding="utf-8").split() == packages:
    sys.exit(0)
try:
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    install = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *packages], check=True)
except subprocess.CalledProcessError as error:
    sys.exit(
        f"{error}\nThese tests need {', '.join(packages)} from PyPI, and so a network, and Debian's package python3-venv. "
        "Without them leave the tests out: they run only under ctest -C python or -C torch."
    )
made.write_text("\n".join(packages), encoding="utf-8")
