"""Chromium without a window: the document it makes of a page, and a picture of it."""

import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing of the browser's own may ask the network; a container has no sandbox and little shared memory.
OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--virtual-time-budget=3000",
]  # fmt: skip


def _run(page, width, height, *options):
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        sys.exit(f"none of {', '.join(NAMES)} was found; scripts/setup chromium installs the first")
    with tempfile.TemporaryDirectory() as profile:
        command = [program, *OPTIONS, f"--user-data-dir={profile}", f"--window-size={width},{height}", *options]
        url = pathlib.Path(page).resolve().as_uri()
        return subprocess.run([*command, url], check=True, capture_output=True, text=True, timeout=120)


def document(page, width, height=900):
    """The document as the browser has it, and what it said on its console."""
    done = _run(page, width, height, "--dump-dom")
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def picture(page, path, width, height=700, dark=False):
    """Draws the page into a PNG file; returns its size and its pixels, row by row."""
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    _run(page, width, height, f"--screenshot={path}", *scheme)
    return read_png(path)


def read_png(path):
    """Width, height, and rows of bytes of a PNG file of 8 bits a channel."""
    data = pathlib.Path(path).read_bytes()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[color]
    assert depth == 8
    raw, rows, above = zlib.decompress(packed), [], bytes(width * channels)
    for y in range(height):
        start = y * (width * channels + 1)
        above = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + width * channels]), above, channels)
        rows.append([bytes(above[i : i + 3]) for i in range(0, len(above), channels)])
    return width, height, rows


def _unfiltered(kind, row, above, channels):
    if kind == 2 and any(row):
        return bytes((a + b) & 255 for a, b in zip(row, above))
    if kind == 2:
        return above
    for i in range(len(row)) if kind else ():
        left = row[i - channels] if i >= channels else 0
        up, corner = above[i], above[i - channels] if i >= channels else 0
        if kind == 1:
            predicted = left
        elif kind == 3:
            predicted = (left + up) // 2
        else:
            estimate = left + up - corner
            predicted = min((left, up, corner), key=lambda v: abs(estimate - v))
        row[i] = (row[i] + predicted) & 255
    return bytes(row)
