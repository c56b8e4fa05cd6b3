"""A compiler launcher: takes the object that another build made by the same command instead of making it again.

Usage: reuse_object.py OTHER_BUILD THIS_BUILD COMMAND...

The command is the same if it has the same arguments but for the build directory and for warnings, and, where the source
is one that CMake put together, includes the same files. Then the object is the same, and what is left of the test that
uses this is all but the compiler's work on the library. Otherwise COMMAND runs.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys

other, here, *command = sys.argv[1:]


def value_of(arguments, option):
    return arguments[arguments.index(option) + 1] if option in arguments else None


def essence(arguments):
    """What decides over the object."""
    left, result = iter(arguments), []
    for argument in left:
        if argument in ("-o", "-MT", "-MF"):
            next(left)
        elif argument != "-MD" and not argument.startswith("-W"):
            result.append(argument)
    return result


def entries_of(source):
    """What compile_commands.json has of a source; most of the file is not looked at more closely."""
    with open(os.path.join(other, "compile_commands.json"), encoding="utf-8") as file:
        for entry in file.read().split("\n{"):
            if f'"file": "{source}"' in entry:
                yield json.loads("{" + entry.partition("\n}")[0] + "}")


def same_object():
    source = value_of(command, "-c")
    if not source:
        return None
    there = source.replace(here, other)
    try:
        with open(source, "rb") as mine, open(there, "rb") as others:
            if mine.read() != others.read():
                return None
        entries = list(entries_of(there))
    except OSError:
        return None
    wanted = essence([argument.replace(here, other) for argument in command])
    for entry in entries:
        arguments = shlex.split(entry["command"])
        made = os.path.join(entry["directory"], value_of(arguments, "-o"))
        theirs = essence(arguments)
        common = min(len(theirs), len(wanted))  # a launcher of compilers may stand before either
        if theirs[-common:] == wanted[-common:] and os.path.exists(made):
            return made
    return None


made = same_object()
if not made:
    sys.exit(subprocess.call(command))
output = value_of(command, "-o")
shutil.copyfile(made, output)
if dependencies := value_of(command, "-MF"):
    with open(dependencies, "w", encoding="utf-8") as file:
        file.write(f"{output}: {value_of(command, '-c')}\n")
