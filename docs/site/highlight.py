"""C++ as HTML: what is what, and names that lead to the reference."""

import html
import re
import xml.etree.ElementTree as ET

KEYWORDS = (
    "alignas auto bool break case catch char class const constexpr continue decltype default delete do double else enum "
    "explicit false final float for friend if inline int int32_t int64_t uint8_t uint32_t uint64_t size_t long mutable "
    "namespace new noexcept nullptr operator override private protected public requires return short sizeof static "
    "static_cast struct switch template this throw true try typename union unsigned using virtual void volatile while"
).split()
TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<pre>^[ \t]*#[^\n]*)|(?P<string>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+')"
    r"|(?P<number>\b\d[\w.']*(?:(?<=e)-\d+)?)|(?P<name>(?:\b[A-Za-z_]\w*::)*[A-Za-z_]\w*)|(?P<rest>.)",
    re.MULTILINE | re.DOTALL,
)
SHORT = {"F": "reel::nn::functional", "torch": "reel", "nn": "reel::nn"}


class Symbols:
    """Where the reference has a name, from Doxygen's tag file."""

    def __init__(self, tags=None):
        self.pages, self.entries = {}, []
        if tags is None:
            return
        for compound in ET.parse(tags).getroot().iter("compound"):
            kind, name, page = compound.get("kind"), compound.findtext("name"), compound.findtext("filename")
            if kind not in ("class", "struct", "namespace", "group") or "<" in name:
                continue
            page = page if page.endswith(".html") else page + ".html"
            if kind in ("class", "struct"):
                self.pages.setdefault(name, page)
                self.entries.append((name, kind, page))
            elif kind == "group":
                self.entries.append((compound.findtext("title") or name, "module", page))
            scope = name if kind != "group" else None
            for member in compound.findall("member"):
                if scope is None:
                    continue
                full = f"{scope}::{member.findtext('name')}"
                address = f"{member.findtext('anchorfile')}#{member.findtext('anchor')}"
                if full not in self.pages and "~" not in full and "operator" not in full and full.split("::")[-1] != full.split("::")[-2]:
                    self.pages[full] = address
                    self.entries.append((full, member.get("kind"), address))

    def find(self, name):
        """The page of a name as it is written in a program; None if it is not the reference's."""
        name = name.removeprefix("::")
        first, _, rest = name.partition("::")
        choices = [f"reel::{name}", name, f"reel::indexing::{name}"]
        if first in SHORT and rest:
            choices.append(f"{SHORT[first]}::{rest}")
        choices += [f"reel::{space}::{name}" for space in ("nn", "autograd", "matchers") if name[:1].isupper()]
        return next((self.pages[c] for c in choices if c in self.pages), None)


def cpp(code, symbols, reference):
    """`reference` is the way to the reference's folder."""
    out = []
    local = set(re.findall(r"\b(?:Tensor|auto&?|double|int64_t|bool)\s+(\w+)\s*[=;,)]", code))
    for m in TOKEN.finditer(code):
        kind, text = m.lastgroup, html.escape(m[0])
        if kind == "name":
            before = code[: m.start()].rstrip()[-2:]
            if m[0] in KEYWORDS:
                kind = "keyword"
            elif before.endswith(".") or before == "->" or m[0] in local or m[0].startswith("std::"):
                kind = "rest"
            else:
                called = code[m.end() : m.end() + 1] in "(<{" or m[0][:1].isupper() or "::" in m[0]
                page = symbols.find(m[0]) if called and len(m[0]) > 1 else None
                if page:
                    text = f'<a href="{reference}{page}">{text}</a>'
                kind = "rest"
        out.append(text if kind == "rest" else f'<span class="{kind}">{text}</span>')
    return "".join(out)


def shell(code):
    return re.sub(r"(#.*)$", r'<span class="comment">\1</span>', html.escape(code), flags=re.MULTILINE)
