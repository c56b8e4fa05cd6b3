"""The packages of others' systems have the version of the headers, and every folder that the library is made of."""

import json
import re

import tree

version = ".".join(re.findall(r"#define REEL_VERSION_\w+ (\d+)", tree.read("core/version.h")))
minor = version.rpartition(".")[0]
problems = []

port = json.loads(tree.read("packaging/vcpkg/vcpkg.json"))
if port["version-semver"] != version:
    problems.append(f"packaging/vcpkg/vcpkg.json: is version {port['version-semver']}, and core/version.h {version}")

recipe = tree.read("packaging/conan/conanfile.py")
for folder in sorted({folder.partition("/")[0] for folder in tree.PUBLIC_FOLDERS}):
    if f'"{folder}"' not in recipe:
        problems.append(f"packaging/conan/conanfile.py: does not export {folder}/")

install = tree.read("docs/install.md")
for name in (f"libreel{minor}", f"libreel.so.{minor}", f"reel/{version}", f"reel_abi_{minor.replace('.', '_')}_"):
    if name not in install:
        problems.append(f"docs/install.md: does not name {name}")

tree.report(problems, f"packages are of version {version}")
