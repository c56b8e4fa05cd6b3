"""Markdown pages as GitHub shows them: one HTML page for each, at the path that its source has."""

import html
import os
import pathlib
import re

from markdown_it import MarkdownIt

import highlight

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOT_PAGES = ("http://", "https://", "mailto:")
FROM = re.compile(r"<!-- from: ([^#\s]+)(?:#[\w-]+)? -->")


def slug(text):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def target(path):
    """Where the page of a file of the project is, below the site."""
    if path.endswith("/") or (ROOT / path).is_dir():
        path = path.rstrip("/") + "/README.md"
    if path.endswith(".md"):
        return path[:-3] + ".html"
    if path.endswith((".png", ".svg", ".jpg")):
        return path
    return path + ".html"


class Page:
    def __init__(self, path, symbols):
        self.path, self.symbols = path, symbols
        self.url = target(path)
        self.folder = os.path.dirname(path)
        self.headings, self.words, self.wanted = [], [], []
        self.title = path
        self.body = ""

    def to(self, url):
        return os.path.relpath(url, os.path.dirname(self.url) or ".")

    def link(self, address):
        if address.startswith(NOT_PAGES) or address.startswith("#"):
            return address
        place, _, anchor = address.partition("#")
        path = os.path.normpath(os.path.join(self.folder, place))
        self.wanted.append(path)
        return self.to(target(path)) + (f"#{anchor}" if anchor else "")

    def fence(self, code, language, source):
        reference = self.to("reference") + "/"
        if language in ("cpp", "c++"):
            text = highlight.cpp(code, self.symbols, reference)
        elif language in ("bash", "sh", "cmake", "python", "yaml"):
            text = highlight.shell(code)
        else:
            text = html.escape(code)
        caption = ""
        if source and (ROOT / source).exists():
            self.wanted.append(source)
            caption = f'<div class="from"><a href="{self.to(target(source))}">{source}</a></div>'
        kind = "quoted" if language == "text" and not source else language or "text"  # quoted: may be wrapped
        return f'<div class="block">{caption}<pre class="{kind}"><code>{text}</code></pre></div>\n'

    def render(self):
        if not self.path.endswith(".md"):
            return self.render_source()
        markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
        tokens = markdown.parse((ROOT / self.path).read_text(encoding="utf-8"))
        source, used = None, {}
        for i, token in enumerate(tokens):
            if token.type == "heading_open":
                text = "".join(t.content for t in tokens[i + 1].children if t.type in ("text", "code_inline"))
                anchor = slug(text)
                used[anchor] = used.get(anchor, -1) + 1
                anchor += f"-{used[anchor]}" if used[anchor] else ""
                token.attrSet("id", anchor)
                self.headings.append((int(token.tag[1]), text, anchor))
                if len(self.headings) == 1 and token.tag == "h1":
                    self.title = text
            elif token.type == "html_block":
                if m := FROM.search(token.content):
                    source = m[1]
                    token.content = ""
            elif token.type in ("fence", "code_block"):
                language = token.info.strip()
                token.type, token.content = "html_block", self.fence(token.content, language, source)
                source = None
            elif token.type == "inline":
                self.inline(token)
                self.words.append((self.headings[-1][2] if self.headings else "", token.content))
        text = markdown.renderer.render(tokens, markdown.options, {})
        text = text.replace("<table>", '<div class="table"><table>').replace("</table>", "</table></div>")
        self.body = re.sub(
            r'<h([2-4]) id="([^"]+)">(.*?)</h\1>',
            r'<h\1 id="\2">\3 <a class="anchor" href="#\2" aria-label="this section">#</a></h\1>',
            text,
        )
        return self

    def inline(self, token):
        inside_link = 0
        for child in token.children:
            if child.type == "link_open":
                child.attrSet("href", self.link(child.attrGet("href")))
                inside_link += 1
            elif child.type == "link_close":
                inside_link -= 1
            elif child.type == "image":
                child.attrSet("src", self.link(child.attrGet("src")))
                child.attrSet("loading", "lazy")
            elif child.type == "code_inline" and not inside_link:
                name = re.match(r"(?:reel::)?([\w:]+)", child.content)
                plain = name and re.fullmatch(r"[\w:]+(\(.*\)|<.*>)?", child.content)
                page = self.symbols.find(name[1]) if plain and len(name[1]) > 2 else None
                if page:
                    child.type = "html_inline"
                    child.content = f'<a class="code" href="{self.to("reference")}/{page}"><code>{html.escape(child.content)}</code></a>'

    def render_source(self):
        text = (ROOT / self.path).read_text(encoding="utf-8", errors="replace")
        self.title = self.path
        is_cpp = self.path.endswith((".cpp", ".h"))
        self.body = f"<h1>{self.path}</h1>" + self.fence(text, "cpp" if is_cpp else "", None)
        return self


def build(symbols, missing):
    """All pages that docs/ and the folders have, and what they link to. `missing` is told of dead links."""
    docs = [str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").rglob("*.md")) if p.parent.name != "site"]
    queue = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "examples/README.md"] + docs
    done, images = {}, set()
    while queue:
        path = queue.pop(0)
        if path in done or path in images:
            continue
        if not (ROOT / path).exists():
            continue
        if path.endswith((".png", ".svg", ".jpg")):
            images.add(path)
            continue
        page = Page(path, symbols).render()
        done[path] = page
        for wanted in page.wanted:
            if (ROOT / wanted).is_dir():
                wanted = wanted.rstrip("/") + "/README.md"
            if not (ROOT / wanted).exists():
                missing.append(f"{path}: links to {wanted}, which does not exist")
            queue.append(wanted)
    return done, images
