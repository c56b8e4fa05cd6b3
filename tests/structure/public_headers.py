"""Public headers include nothing that is slow to compile, and nothing that is not installed."""

import tree

HEAVY = {
    "algorithm", "chrono", "deque", "filesystem", "format", "fstream", "future",
    "iomanip", "iostream", "istream", "list", "locale", "map", "numeric", "ostream", "queue", "random",
    "ranges", "regex", "set", "sstream", "streambuf", "thread", "unordered_map", "unordered_set",
}  # fmt: skip

HEADERS = tree.public_headers()


def check(path):
    for number, spelling in tree.includes(path):
        if spelling[1:-1] in HEAVY:
            yield f"{path}:{number}: includes {spelling}, which every user would compile; move it to the .cpp"
        if spelling.startswith("<reel/") and spelling[len("<reel/") : -1] not in HEADERS:
            yield f"{path}:{number}: includes {spelling}, which is not installed"


tree.report([p for h in HEADERS for p in check(h)], f"{len(HEADERS)} public headers are light")
