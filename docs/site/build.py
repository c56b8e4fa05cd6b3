"""Builds the documentation as a site. Usage: build.py OUTPUT; exits with 1 and says why if anything is wrong."""

import html
import json
import os
import pathlib
import re
import shutil
import string
import sys

import highlight
import navigation
import pages
import reference

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "docs/site"
LICENCE = (ROOT / "LICENSE").read_text().splitlines()[0].replace("License", "licence")


def version():
    """As core/version.h has it, or without that file CMake's project()."""
    header = ROOT / "core/version.h"
    if header.exists():
        return ".".join(re.findall(r"^#define REEL_VERSION_[A-Z]+ (\d+)$", header.read_text(), re.MULTILINE))
    return re.search(r"project\(reel VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


def contents_of(headings):
    """The list of sections that stands beside a long page."""
    entries = [(level, text, anchor) for level, text, anchor in headings if level in (2, 3)]
    if len(entries) < 3:
        return ""
    items = "\n".join(
        f'<li class="level{level}"><a href="#{anchor}">{html.escape(text)}</a></li>' for level, text, anchor in entries
    )
    return f'<aside aria-label="On this page"><h2>On this page</h2><ul>\n{items}\n</ul></aside>'


VERSION = version()


class Site:
    def __init__(self, output, all_pages, inner):
        self.output, self.pages, self.inner = output, all_pages, inner
        self.template = string.Template((HERE / "page.html").read_text(encoding="utf-8"))

    def write(self, url, title, body, kind, headings=(), description=""):
        depth = url.count("/")
        text = self.template.substitute(
            root="../" * depth,
            title=html.escape(title if title == "reel" else f"{title} - reel"),
            description=html.escape(description or "reel, a C++20 framework that trains neural networks on CPUs", quote=True),
            kind=kind, body=body, bar=navigation.bar(self.pages, url, self.inner),
            contents=contents_of(headings), version=VERSION, licence=LICENCE,
        )  # fmt: skip
        target = self.output / url
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def plain(text):
    """Prose without its marks, for the search."""
    return re.sub(r"\s+", " ", re.sub(r"\]\([^)]*\)|[`*\[\]]|<[^>]*>", "", text)).strip()


def search_entries(all_pages, symbols):
    for path, page in sorted(all_pages.items()):
        if not path.endswith(".md"):
            continue
        yield [page.title, "page", page.url, plain(" ".join(w for a, w in page.words if a in ("", page.headings[0][2]))[:400]) if page.headings else ""]
        for level, text, anchor in page.headings[1:]:
            if level < 4 and path.startswith("docs/") and not path.startswith("docs/ops/"):
                words = plain(" ".join(w for a, w in page.words if a == anchor)[:400])
                yield [text, page.title, f"{page.url}#{anchor}", words]
    for name, kind, page in symbols.entries:
        yield [name.removeprefix("reel::"), kind, f"reference/{page}", ""]


def main():
    output = pathlib.Path(sys.argv[1]).resolve()
    work = output.parent / (output.name + "_work")
    for folder in (output, work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    problems = reference.run(work, work / "doxygen", VERSION)
    symbols = highlight.Symbols(work / "tags.xml")
    all_pages, images = pages.build(symbols, problems)

    operations = [
        (p.title, p.url) for path, p in sorted(all_pages.items())
        if path.startswith("docs/ops/") and path != "docs/ops/README.md"
    ]  # fmt: skip
    modules = reference.folders(work / "doxygen/reference")
    inner = {"docs/ops/README.html": operations, "reference/index.html": modules}
    site = Site(output, all_pages, inner)
    for path, page in all_pages.items():
        kind = "guide" if path.endswith(".md") else "source"
        site.write(page.url, page.title, page.body, kind, page.headings)
    landing = pages.Page("docs/site/landing.md", symbols)
    landing.url = "index.html"
    landing.render()
    site.write("index.html", "reel", landing.body, "landing")
    count = reference.publish(work / "doxygen/reference", site, problems)

    for image in images:
        (output / image).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / image, output / image)
    for name in ("style.css", "search.js", "icon.svg"):
        shutil.copy(HERE / name, output / name)
    index = json.dumps(list(search_entries(all_pages, symbols)), ensure_ascii=False, separators=(",", ":"))
    (output / "search_index.js").write_text(f"window.reelSearch={index};\n", encoding="utf-8")
    shutil.rmtree(work)

    for problem in problems:
        print(problem)
    print(f"{len(all_pages) + 1} pages and {count} of the reference in {os.path.relpath(output)}/index.html")
    sys.exit(1 if problems else 0)


main()
