"""The errors that documentation quotes are ones that the library gives: each stands in tests/errors.txt."""

import re

import tree

PAGES = ["docs/troubleshooting.md"]


def words(text):
    return re.sub(r"\s+", " ", text).strip()


known = words(tree.read("tests/errors.txt"))
problems, count = [], 0
for page in PAGES:
    for quoted in re.findall(r"(?<!-->\n)^```text\n(.*?)^```$", tree.read(page), re.MULTILINE | re.DOTALL):
        count += 1
        if words(quoted) not in known:
            problems.append(f"{page}: tests/errors.txt has no '{words(quoted)[:90]}...'")
tree.report(problems, f"{count} quoted errors are real")
