"""A public header as Doxygen should read it: macros written out, fields marked, each header a module of its folder."""

import re

FIELDS = re.compile(r"(?:^|(?<=[.):`\]] ))(Shapes?|Throws|Source|Parameters?|Buffers|Returns|Dtypes|Units):(?: |$)")
PAGE = re.compile(r"\bdocs/((?:ops/)?\w+)\.md(?:#([\w-]+))?")


class Macros:
    """The project's macros that declare something: REEL_ARG and REEL_MODULE as a reader wants them, the others as the
    header defines them."""

    def __init__(self, text):
        self.text, self.known = text, {}
        for m in re.finditer(r"^#define (REEL_\w+)\(([^)]*)\)((?:.*\\\n)*.*)\n", text, re.MULTILINE):
            body = re.sub(r"/\*.*?\*/", "", m[3].replace("\\\n", " "))
            self.known[m[1]] = ([p.strip() for p in m[2].split(",")], re.sub(r"\s+", " ", body).strip())

    def of_holder(self, name):
        """How the module is made and called: what its class, or the template of that, declares."""
        base = re.search(rf"struct {name}Impl final : (\w+)<(\d)", self.text)
        written = base[1] if base else f"{name}Impl"
        block = re.search(rf"^(?:class|struct) {written}\b[^;]*?\{{(.*?)^\}}", self.text, re.MULTILINE | re.DOTALL)
        out = []
        for m in re.finditer(rf"^ *(?:explicit )?{written}(\([^()]*(?:\([^()]*\)[^()]*)*\))", block[1] if block else "", re.MULTILINE):
            out.append(f"{name}{m[1]};")
        for m in re.finditer(r"^ *([\w:<>, ]+) forward(\([^()]*\))", block[1] if block else "", re.MULTILINE):
            out.append(f"/** Calls forward. */ {m[1]} operator(){m[2]} const;")
        text = re.sub(r"\s+", " ", " ".join(out))
        return re.sub(r"<D>", f"<{base[2]}>", text) if base else text

    @staticmethod
    def arguments(text):
        """Splits at the commas that are within no brackets."""
        parts, depth = [""], 0
        for c in text:
            depth += (c in "(<[{") - (c in ")>]}")
            if c == "," and depth == 0:
                parts.append("")
            else:
                parts[-1] += c
        return [p.strip() for p in parts]

    def expand(self, line):
        """The line with its calls of macros written out."""
        for _ in range(20):
            m = re.search(r"\b(REEL_[A-Z_]+)\(", line)
            if not m or m[1] in ("REEL_CHECK", "REEL_CHECK_GRAPH", "REEL_ASSERT"):
                break
            depth, end = 1, m.end()
            while depth and end < len(line):
                depth += (line[end] == "(") - (line[end] == ")")
                end += 1
            given = self.arguments(line[m.end() : end - 1])
            rest = line[end:]
            if m[1] == "REEL_ARG":
                default = re.match(r"\s*=\s*(.*?);", rest)
                text = f"\1{given[0]}\2{given[1]}\2{default[1] if default else ''}\3"
                rest = rest[default.end() :] if default else rest.lstrip(";")
            elif m[1] == "REEL_MODULE":
                text = f"class {given[0]} : public ModuleHolder<{given[0]}Impl> {{ public: {self.of_holder(given[0])} }}"
            elif m[1] in self.known:
                parameters, text = self.known[m[1]]
                if parameters[-1] == "...":
                    fixed = len(parameters) - 1
                    given = given[:fixed] + [", ".join(given[fixed:])]
                    parameters = parameters[:-1] + ["__VA_ARGS__"]
                values = dict(zip(parameters, given))
                text = re.sub(rf"\b(?:{'|'.join(parameters)})\b", lambda p: values[p[0]], text)
                text = re.sub(r"\s*##\s*", "", text)
            else:
                break
            line = line[: m.start()] + text + rest
        return line


def escape(text):
    """Prose that Doxygen would take for commands, links or tags."""
    text = re.sub(r"([\\@#%])", r"\\\1", text.replace("&", "&amp;")).replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"(?<=\s)\*(?=\s)", r"\*", text)


class Comments:
    """Turns the text of `///` comments into Doxygen's."""

    def __init__(self, page_exists):
        self.page_exists = page_exists
        self.in_code = False  # between backticks, which may stand in different lines

    def start(self):
        self.in_code = False

    def line(self, text):
        """Of one line after the slashes."""
        if re.match(r"\s{4,}\S", text):
            return text
        parts = text.split("`")
        for i, part in enumerate(parts):
            if not self.in_code:
                parts[i] = self.prose(part)
            self.in_code ^= i + 1 < len(parts)
        return "`".join(parts)

    def prose(self, text):
        out, position = "", 0
        for m in PAGE.finditer(text):
            before = text[position : m.start()]
            alone = before.strip().endswith(".") or not before.strip() and not position
            alone = alone and text[m.end() : m.end() + 1] in (".", ",", "")  # a sentence of links
            out += self.fields(before) + ("More: " if alone else "")
            out += self.link(m[1], m[2]) if self.page_exists(f"docs/{m[1]}.md") else escape(m[0])
            position = m.end()
        return out + self.fields(text[position:])

    @staticmethod
    def link(page, anchor=None):
        return f'<a href="../docs/{page}.html{"#" + anchor if anchor else ""}">{page.split("/")[-1]}</a>'

    @staticmethod
    def fields(text):
        lead = text[: len(text) - len(text.lstrip())]
        parts = FIELDS.split(text.lstrip())
        out = lead + escape(parts[0])
        for name, rest in zip(parts[1::2], parts[2::2]):
            out += f"@field{{{name}}} {escape(rest)}"
        return out


TYPE = re.compile(r"^(?:template <.*> )?(?:class|struct) (\w+)(?:<[^>]*>)?(?: final)?(?: : ([^{]*?))?\s*\{")
FUNCTION = re.compile(r"^(?:\[\[\w+\]\] )?(?:inline |constexpr |static |const |explicit )*[\w:<>,&* ]*?[ &*](\w+)\(")


class Header:
    def __init__(self, path, text, module, folder, page_exists, documented):
        """`documented` has the comments of functions by name."""
        self.path, self.text = path, text
        self.module, self.folder = module, folder
        self.comments = Comments(page_exists)
        self.page_exists = page_exists
        self.documented = documented
        self.overloads = function_comments([text])  # an overload shares the comment of the first
        self.macros = Macros(text)
        self.types = []  # names of the classes that are open
        self.page = None

    def intro(self):
        """The comment at the top, as lines; and what stands for it where a header has none."""
        m = re.match(r"#pragma once\n((?://.*\n)*)", self.text)
        self.has_intro = bool(m[1])
        if m[1]:
            return [line[3:] for line in m[1].splitlines()]
        if m := re.search(r"((?:^///.*\n)+)(?:template <.*>\n)?(?:class|struct) \w+(?<!Options)\b", self.text, re.MULTILINE):
            text = " ".join(line[3:].strip() for line in m[1].splitlines())
            return [re.split(r"(?<=[^.\d])\.\s", text)[0].rstrip(".") + "."]
        return [f"What nn/{self.path.split('/')[-1]} has, as functions."] if "/functional/" in self.path else []

    def convert(self):
        text = re.sub(r"^#define (?:.*\\\n)*.*$", lambda m: "\n" * m[0].count("\n"), self.text, flags=re.MULTILINE)
        # A call of a macro in one line, and the lines that it had after it.
        text = re.sub(
            r"^ *REEL_\w+\([^;]*\n[^;]*;",
            lambda m: re.sub(r"\n\s*", " ", m[0]) + "\n" * m[0].count("\n"),
            text,
            flags=re.MULTILINE,
        )
        lines = text.splitlines()
        intro = self.intro()
        self.comments.start()
        converted = [self.comments.line(line) for line in intro] or [""]
        out = [f"/// @module{{{self.module},{self.path},{self.folder}}} {converted[0]}"]
        out += ["/// " + line for line in converted[1:]] + [""] * self.has_intro
        previous = template = ""
        section = False  # whether one that a comment like `// --- views ---` opened is open
        for line in lines[len(out) :]:
            stripped = line.strip()
            if re.match(r"namespace reel[\w:]* \{$", stripped) and f"\n}}  // {stripped[:-2]}\n" in self.text:
                out.append(line + f" /** @open{{{self.module}}} */")
            elif re.match(r"\}  // namespace reel", stripped):
                out.append(("/** @} */ " if section else "") + "/** @} */ " + line)
                section = False
            elif section and (re.match(r" *(public|protected|private):$", line) or line == "};"):
                out.append("/** @} */ " + line)
                section = False
            elif m := re.match(r"\s*// --- (.*?)(?: ---)?$", line):
                files = re.findall(r"(\w+)\.cpp", m[1])
                self.page = next((f for f in files if self.page_exists(f"docs/ops/{f}.md")), None)
                title = ", ".join(files) or re.split(r"[:;]", m[1])[0].strip()
                close = "/** @} */ " if section else ""
                out.append(f"{line[: line.index('/')]}{close}/** @section_of{{{title[:1].upper() + title[1:] if not files else title}}} */")
                section = True
            elif stripped.startswith("///<") or "///<" in line:
                code, comment = line.split("///<", 1)
                out.append(self.code(code.rstrip(), previous) + " ///< " + self.comments.line(comment))
            elif stripped.startswith("///"):
                if not previous.startswith("///"):
                    self.comments.start()
                indent = line[: line.index("///")]
                out.append(indent + "///" + self.comments.line(stripped[3:]))
            elif stripped.startswith("template <") and stripped.endswith(">") and not previous.startswith("///"):
                template, line = stripped + " ", ""
                out.append("")
            else:
                out.append(self.code(template + line.lstrip() if template else line, previous))
                template = ""
            if not (stripped.startswith("template <") and stripped.endswith(">") and previous.startswith("///")):
                previous = stripped  # above a template's first line, the comment is what counts
        return "\n".join(out) + "\n"

    def code(self, line, previous):
        """A line of declarations, with a comment where it has none of its own."""
        stripped = line.strip()
        if not stripped or stripped.startswith(("//", "#")):
            return line
        has_comment = previous.startswith("///")
        expanded = self.macros.expand(line)
        if m := TYPE.match(stripped):
            self.types.append(m[1])
        if "\1" in expanded:
            return re.sub("\1(.*?)\2(.*?)\2(.*?)\3", self.option, expanded)
        if expanded != line:
            parts = re.split(r"(?<=[;}])\s+(?=(?:class|struct|using|const Tensor&) )", expanded)
            if parts[0].lstrip().startswith("using "):
                parts = parts[1:] + parts[:1]  # so that the comment is the class's
            return " ".join(self.declaration(p, has_comment and i == 0) for i, p in enumerate(parts))
        return self.declaration(line, has_comment)

    def option(self, m):
        owner = self.types[-1] if self.types else "auto"
        default = f"/** @field{{Default}} `{m[3]}` */ " if m[3] else ""
        return f"{default}{owner}& {m[2]}({m[1]} value);"

    def declaration(self, text, has_comment):
        stripped = text.strip()
        if has_comment:
            return text
        indent = text[: len(text) - len(text.lstrip())]
        if m := TYPE.match(stripped):
            comment = self.of_type(m[1], m[2] or "")
            if comment:
                return f"{indent}/** {comment} */ {stripped}"
            return text
        if (m := FUNCTION.match(stripped)) and not stripped.startswith(("return", "if", "for", "while", "}")):
            comment = self.of_function(m[1], indent)
            if comment:
                return f"{indent}/** {comment} */ {stripped}"
        return text

    def comment_of(self, name, depth=0):
        """The comment of a class of this header, or of the template that it is made from."""
        found = re.search(rf"((?:^///.*\n)+)(?:template <.*>\n)?(?:class|struct) {name}\b", self.text, re.MULTILINE)
        stem = name.removesuffix("Impl")
        found = found or re.search(rf"((?:^///.*\n)+)REEL_\w+\({stem}[,)]", self.text, re.MULTILINE)
        if found:
            self.comments.start()
            return "\n".join(self.comments.line(line[3:]) for line in found[1].splitlines()).strip()
        base = re.search(rf"struct {name} final : (\w+Impl)<", self.text)
        base = base[1] if base else re.sub(r"[123]dImpl$", "Impl", name)
        return self.comment_of(base, 1) if base != name and not depth else None

    def of_type(self, name, bases):
        if m := re.search(r"ModuleHolder<(\w+Impl)\b", bases):
            impl = m[1]
            known = self.comment_of(impl) or ""
            alias = re.search(rf"using {name}Options = (\w+)", self.text)
            options = alias[1] if alias else f"{name}Options"
            options = f" Its options: {options}." if options in self.text else ""
            return f"{known}\n\nA holder: the members of {impl} are reached by `->`.{options}"
        if name.endswith("Options"):
            return f"Options of {name.removesuffix('Options').removesuffix('Func')}."
        return self.comment_of(name) if name.endswith("Impl") else None

    def of_function(self, name, indent):
        """From the function of that name which has a comment, or from the page of the operation."""
        family = [re.sub(r"[123]d(?=_|$)", d, name) for d in ("1d", "2d", "3d")]
        known = next((self.documented[n] for n in [name, name.rstrip("_"), *family] if n in self.documented), None)
        known = known or (None if indent else self.overloads.get(name))
        if known:
            self.comments.start()
            in_place = " (in place)" if name.endswith("_") and name not in self.documented else ""
            lines = [self.comments.line(" " + line) for line in known]
            return "\n".join(lines).strip() + in_place
        if self.page and not indent:
            return f"The formula and its gradient: {self.comments.link('ops/' + self.page)}."
        return None


def function_comments(texts):
    """The comments of free functions by name, of operations' headers."""
    found = {}
    for text in texts:
        for m in re.finditer(r"((?:^///.*\n)+)^[^/\n#].*?\b(\w+)\(", text, re.MULTILINE):
            if not m[2][0].isupper():
                found.setdefault(m[2], [line[3:].strip() for line in m[1].splitlines()])
    return found
