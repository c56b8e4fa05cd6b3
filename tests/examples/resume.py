"""A run of the example mnist that is killed goes on as if it had not been.

Usage: resume.py PROGRAM
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time

program = sys.argv[1]
problems = []


def rows(folder):
    """Those of the log, less the time."""
    with open(os.path.join(folder, "log.csv"), encoding="utf-8", newline="") as file:
        return [row[:-1] for row in csv.reader(file)]


def content(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


with tempfile.TemporaryDirectory() as scratch:
    whole, parts = os.path.join(scratch, "whole"), os.path.join(scratch, "parts")
    options = ["--epochs", "3", "--quiet", "--report", os.path.join(scratch, "run.html")]
    subprocess.run([program, *options, "--out", whole], check=True, capture_output=True)

    killed = subprocess.Popen([program, *options, "--out", parts], stdout=subprocess.DEVNULL)
    checkpoint = os.path.join(parts, "checkpoint.safetensors")
    while killed.poll() is None and not os.path.exists(checkpoint):
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    settings = os.path.join(parts, "settings.json")
    given = json.loads(content(parts, "settings.json"))
    if {"out", "report", "resume", "config"} & set(given):
        problems.append(f"settings.json names results, which the next run would replace: {given}")
    resumed = [program, "--config", settings, "--out", parts, "--resume"]
    subprocess.run(resumed, check=True, capture_output=True)

    if len(rows(parts)) != 4 or rows(whole) != rows(parts):
        problems.append(f"the log of the whole run\n{rows(whole)}\nand of the resumed one\n{rows(parts)}")
    if content(whole, "model.safetensors") != content(parts, "model.safetensors"):
        problems.append("the weights differ")
    elif b'"classes"' not in content(whole, "model.safetensors"):
        problems.append("model.safetensors does not name the classes")
    refused = subprocess.run([program, "--resume", "--out", os.path.join(scratch, "none")], capture_output=True, text=True)
    if refused.returncode != 1 or len(refused.stderr.strip().splitlines()) != 1 or "checkpoint" not in refused.stderr:
        problems.append(f"--resume without a run: exit {refused.returncode}, {refused.stderr!r}")

print(*problems or ["ok"], sep="\n")
sys.exit(bool(problems))
