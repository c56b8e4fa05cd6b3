"""get-data against a server of this test's own, which breaks off, lies and refuses.

Usage: get_data.py SCRIPT FOLDER
"""

import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile

script, scratch = sys.argv[1], pathlib.Path(sys.argv[2])
problems = []


def packed_tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def packed_zip(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


BIG = bytes(i * i % 251 for i in range(600_000))
TAR = packed_tar({"inner/a.bin": b"a" * 1000, "inner/b.txt": b"names", "../escape": b"no"})
ZIP = packed_zip({"gzip/c.gz": b"c" * 1000})
FILES = {"/big": BIG, "/broken": BIG, "/deaf": BIG, "/wrong": BIG[::-1], "/long": BIG + b"x", "/tar": TAR, "/zip": ZIP}


class Server(http.server.BaseHTTPRequestHandler):
    requests = []  # (path, Range or None)
    broken_at = {}  # path: after how many bytes of an answer the connection ends, once for each entry

    def do_GET(self):
        Server.requests.append((self.path, self.headers["Range"]))
        content = FILES.get(self.path)
        if content is None:
            return self.send_error(404)
        start = 0
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        if asked and self.path != "/deaf":
            start = int(asked[1])
            if start >= len(content):
                return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        breaks = Server.broken_at.get(self.path)
        end = start + breaks.pop(0) if breaks else len(content)
        self.wfile.write(content[start:end])
        self.close_connection = True

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
HOME = f"http://127.0.0.1:{server.server_port}"


def entry(content, *paths, **more):
    return {"title": "of a test", "files": [{
        "name": "file", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(),
        "urls": [path if ":" in path else HOME + path for path in paths], **more}]}  # fmt: skip


TABLE = {
    "plain": entry(BIG, "/big"),
    "broken": entry(BIG, "/broken"),
    "deaf": entry(BIG, "/deaf"),
    "wrong": entry(BIG, "/wrong"),
    "long": entry(BIG, "/long"),
    "second": entry(BIG, "/nowhere", "/wrong", "/big"),
    "absent": entry(BIG, "/nowhere"),
    "offline": entry(BIG, "http://127.0.0.1:9/big"),
    "tar": entry(TAR, "/tar", unpack={"inner/a.bin": "a.bin", "inner/b.txt": "b.txt"}),
    "zip": entry(ZIP, "/zip", unpack={"gzip/c.gz": "c.gz"}),
    "hollow": entry(ZIP, "/zip", unpack={"gzip/d.gz": "d.gz"}),
}


def expect(condition, what):
    if not condition:
        problems.append(what)


def run(*names, code=0):
    Server.requests.clear()
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    done = subprocess.run([sys.executable, script, "--to", scratch / "data", "--table", scratch / "table.json", *names],
                          capture_output=True, text=True, env=environment)  # fmt: skip
    expect(done.returncode == code, f"{names}: exit {done.returncode}: {done.stderr}")
    return done


def content(name, file="file"):
    path = scratch / "data" / name / file
    return path.read_bytes() if path.exists() else None


def leftovers(name):
    return sorted(p.name for p in (scratch / "data" / name).iterdir()) if (scratch / "data" / name).exists() else []


shutil.rmtree(scratch, ignore_errors=True)
scratch.mkdir(parents=True)
(scratch / "table.json").write_text(json.dumps(TABLE))

run("plain")
expect(content("plain") == BIG, "plain: the file is not what the server has")
run("plain")
expect(not Server.requests, "plain: a whole file is fetched again")
(scratch / "data/plain/file").write_bytes(BIG[:-1] + b"?")
run("plain")
expect(content("plain") == BIG, "plain: a damaged file is not replaced")

Server.broken_at["/broken"] = [200_000, 150_000]
run("broken")
expect(content("broken") == BIG, "broken: the file is not whole")
expect([r for _, r in Server.requests] == [None, "bytes=200000-", "bytes=350000-"], f"broken: asked {Server.requests}")
Server.broken_at["/broken"] = [100_000, 0, 0]
(scratch / "data/broken/file").unlink()
run("broken", code=1)
expect(leftovers("broken") == ["file.part"], f"broken: left {leftovers('broken')}")
run("broken")
expect(Server.requests == [("/broken", "bytes=100000-")], f"broken: a later run asked {Server.requests}")
expect(content("broken") == BIG and leftovers("broken") == ["file"], "broken: a later run did not go on")

(scratch / "data/deaf").mkdir()
(scratch / "data/deaf/file.part").write_bytes(BIG[:1000])
run("deaf")
expect(content("deaf") == BIG, "deaf: a server without ranges spoils the file")

for part in (b"?" * 1000, b"?" * len(BIG), b"?" * (len(BIG) + 5)):  # of something else
    (scratch / "data/plain/file").unlink()
    (scratch / "data/plain/file.part").write_bytes(part)
    run("plain")
    expect(content("plain") == BIG, f"plain: {len(part)} foreign bytes are kept")

wrong = run("wrong", code=1)
expect("sends another file: its SHA-256 is" in wrong.stderr, f"wrong: {wrong.stderr}")
expect(leftovers("wrong") == [], f"wrong: left {leftovers('wrong')}")
long = run("long", code=1)
expect("sends more than the 600000 bytes" in long.stderr and leftovers("long") == [], f"long: {long.stderr}")
run("second")
expect(content("second") == BIG, "second: the third address was not taken")
absent = run("absent", "plain", code=1)
expect("404" in absent.stderr and len(Server.requests) == 1, f"absent: {absent.stderr}, {Server.requests}")
offline = run("offline", code=1)
for hint in ("http://127.0.0.1:9/big", str(scratch / "data/offline/file"), TABLE["offline"]["files"][0]["sha256"]):
    expect(hint in offline.stderr, f"offline: no '{hint}' in {offline.stderr}")

run("tar", "zip")
expect(content("tar", "a.bin") == b"a" * 1000 and content("tar", "b.txt") == b"names", "tar: not unpacked")
expect(content("zip", "c.gz") == b"c" * 1000, "zip: not unpacked")
expect(leftovers("tar") == [".file.unpacked", "a.bin", "b.txt"], f"tar: left {leftovers('tar')}")
run("tar")
expect(not Server.requests, "tar: fetched again")
(scratch / "data/tar/a.bin").unlink()
(scratch / "data/tar/file").write_bytes(TAR)  # put there by hand
run("tar")
expect(content("tar", "a.bin") == b"a" * 1000 and not Server.requests, "tar: not unpacked again")
hollow = run("hollow", code=1)
expect("can not be unpacked" in hollow.stderr, f"hollow: {hollow.stderr}")

unknown = run("cats", code=2)
expect("unknown: cats; there are plain, " in unknown.stderr, f"cats: {unknown.stderr}")
listed = subprocess.run([sys.executable, script, "--list"], capture_output=True, text=True)
for name in ("mnist", "fashion-mnist", "kmnist", "emnist", "cifar10", "cifar100"):
    expect(re.search(rf"^{name} ", listed.stdout, re.MULTILINE), f"--list: no {name}")
own = json.loads((pathlib.Path(script).parent / "data-sets.json").read_text())
for name, of_set in own.items():
    for file in of_set["files"]:
        expect(re.fullmatch("[0-9a-f]{64}", file["sha256"]) and file["bytes"] > 0, f"{name}: {file['name']}")
        expect(all(re.match("https?://", url) for url in file["urls"]), f"{name}: {file['urls']}")

shutil.rmtree(scratch)
print(*problems, f"{len(problems)} problems" if problems else "ok: whole files, or none", sep="\n")
sys.exit(1 if problems else 0)
