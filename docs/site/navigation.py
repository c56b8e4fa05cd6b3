"""What stands in the bar at the side. Pages of docs/ that are named nowhere here appear under the last heading but one."""

import html
import os
import re

SECTIONS = [
    ("Start", ["docs/install.md", "docs/tutorial.md", "examples/README.md", "docs/from_libtorch.md"]),
    (
        "Guides",
        ["docs/tensor.md", "docs/autograd.md", "docs/modules.md", "docs/gradcheck.md", "docs/data.md", "docs/images.md",
         "docs/training_loop.md", "docs/report.md", "docs/optim.md", "docs/parametrizations.md", "docs/models.md",
         "docs/onnx.md", "docs/speed.md"],
    ),
    (
        "Looking inside",
        ["docs/troubleshooting.md", "docs/anomaly.md", "docs/graphs.md", "docs/profiler.md", "docs/tensorboard.md"],
    ),
    ("Reference", ["reference/index.html", "docs/api.md", "docs/ops/README.md"]),
    (
        "About",
        ["docs/benchmarks.md", "docs/performance.md", "docs/dependencies.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"],
    ),
]  # fmt: skip
TITLES = {
    "reference/index.html": "Classes and functions",
    "docs/ops/README.md": "Operations, derived",
    "docs/api.md": "Table of everything",
    "docs/from_libtorch.md": "From libtorch",
    "docs/performance.md": "Why it is fast",
    "docs/README.md": "All pages",
    "examples/README.md": "Examples",
    "LICENSE": "Licence",
}
HIDDEN = {"docs/README.md"}


def sections(pages):
    """(heading, [(title, address)]) of what exists."""
    named = {p for _, paths in SECTIONS for p in paths} | HIDDEN
    rest = [p for p in sorted(pages) if re.fullmatch(r"docs/[\w-]+\.md", p) and p not in named]
    for heading, paths in SECTIONS:
        if heading == "Looking inside":
            paths = paths + rest
        entries = []
        for path in paths:
            if path in pages:
                entries.append((TITLES.get(path, pages[path].title), pages[path].url))
            elif path.endswith(".html"):
                entries.append((TITLES[path], path))
        yield heading, entries


def bar(pages, url, inner):
    """The bar as HTML, for the page at `url`; `inner` are the neighbours of that page, below the entry that leads to them."""
    to = lambda address: html.escape(os.path.relpath(address, os.path.dirname(url) or "."))  # noqa: E731
    out = []
    for heading, entries in sections(pages):
        out.append(f"<h2>{heading}</h2>\n<ul>")
        for title, address in entries:
            here = ' class="here" aria-current="page"' if address == url else ""
            out.append(f'<li><a{here} href="{to(address)}">{html.escape(title)}</a>')
            within = inner.get(address, [])
            if within and os.path.dirname(address) == os.path.dirname(url):
                out.append("<ul>")
                for t, a in within:
                    here = ' class="here" aria-current="page"' if a == url else ""
                    out.append(f'<li><a{here} href="{to(a)}">{html.escape(t)}</a></li>')
                out.append("</ul>")
            out.append("</li>")
        out.append("</ul>")
    return "\n".join(out)
