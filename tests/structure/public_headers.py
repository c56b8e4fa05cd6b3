"""Public headers include nothing that is slow to compile."""

import tree

HEAVY = {
    "algorithm", "chrono", "deque", "filesystem", "format", "fstream", "future",
    "iomanip", "iostream", "istream", "list", "locale", "map", "numeric", "ostream", "queue", "random",
    "ranges", "regex", "set", "sstream", "streambuf", "thread", "unordered_map", "unordered_set",
}  # fmt: skip


def check(path):
    for number, spelling in tree.includes(path):
        if spelling[1:-1] in HEAVY:
            yield f"{path}:{number}: includes {spelling}, which every user would compile; move it to the .cpp"


headers = tree.public_headers()
tree.report([p for h in headers for p in check(h)], f"{len(headers)} public headers are light")
