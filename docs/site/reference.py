"""The reference: public headers, written out for Doxygen, and what it makes of them."""

import pathlib
import re
import subprocess
import sys

import headers

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/structure"))
import tree  # noqa: E402

# What a folder is about; one that is not named here has its path for a title.
FOLDERS = {
    "core": "Tensors",
    "autograd": "The tape",
    "autograd/ops": "Operations",
    "nn": "Modules and layers",
    "nn/functional": "Layers as functions",
    "nn/utils": "Parameters from outside",
    "optim": "Optimizers and schedules",
    "data": "Data",
    "io": "Files and pictures",
    "io/onnx": "ONNX",
    "io/training": "Around a training loop",
}
NAMESPACES = {
    "reel": "Everything. Programs say `using namespace reel;`.",
    "reel::autograd": "The tape: gradients on demand, operations of one's own, checks of gradients.",
    "reel::data": "Data sets, their order, batches and what is done to them.",
    "reel::indexing": "What tensors are indexed with: `Slice`, `None`, `Ellipsis`.",
    "reel::io": "Files: models, tensors, pictures, logs.",
    "reel::nn": "Modules: layers, containers, losses.",
    "reel::nn::functional": "Every layer as a function, with the layer's options.",
    "reel::nn::init": "How parameters start.",
    "reel::nn::utils": "What is done to parameters from outside a module.",
    "reel::optim": "Optimizers, learning-rate schedules, averages of weights.",
    "reel::optim::lr_scheduler": "Schedules under libtorch's name.",
}


def module_of(path):
    return re.sub(r"\W", "_", path.removesuffix(".h"))


def page_exists(path):
    return (ROOT / path).exists()


def write_input(folder):
    """The headers as Doxygen should read them."""
    public = [h for h in tree.public_headers() if h != "reel.h"]
    texts = {h: tree.read(h) for h in public}
    documented = headers.function_comments([t for h, t in texts.items() if h.startswith("autograd/ops/")])
    for path, text in texts.items():
        parent = "folder_" + module_of(str(pathlib.PurePosixPath(path).parent))
        header = headers.Header(path, text, module_of(path), parent, page_exists, documented)
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(header.convert(), encoding="utf-8")
    folders = list(dict.fromkeys(str(pathlib.PurePosixPath(h).parent) for h in public))
    order = list(FOLDERS)
    folders.sort(key=lambda f: order.index(f) if f in order else len(order))
    words = []
    for f in folders:
        words.append(f"/** @defgroup folder_{module_of(f)} {FOLDERS.get(f, f)}\n{about(f)} */\n")
    namespaces = {n for t in texts.values() for n in re.findall(r"^namespace (reel[\w:]*) \{", t, re.MULTILINE)}
    for name in sorted(namespaces):
        words.append(f"/** @namespace {name}\n{NAMESPACES.get(name, 'Part of ' + name.rsplit('::', 1)[0] + '.')} */\n")
    (folder / "words.dox").write_text("\n".join(words), encoding="utf-8")


def about(folder):
    """The first paragraph of the folder's page."""
    page = tree.read(f"{folder}/README.md") if tree.exists(f"{folder}/README.md") else ""
    paragraphs = re.split(r"\n\s*\n", page)
    text = next((p for p in paragraphs if p and not p.startswith(("#", "-", "|", "<"))), "")
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return f"{headers.Comments(page_exists).line(text)} Folder `{folder}/`."


def run(work, output, version):
    """Runs Doxygen; returns its warnings."""
    source = work / "input"
    write_input(source)
    output.mkdir(parents=True, exist_ok=True)
    settings = (ROOT / "docs/site/Doxyfile").read_text(encoding="utf-8")
    settings += f"""
INPUT = {source}
STRIP_FROM_PATH = {source}
OUTPUT_DIRECTORY = {output}
PROJECT_NUMBER = {version}
GENERATE_TAGFILE = {work / "tags.xml"}
LAYOUT_FILE = {ROOT / "docs/site/layout.xml"}
HTML_HEADER = {ROOT / "docs/site/doxygen_header.html"}
HTML_FOOTER = {ROOT / "docs/site/doxygen_footer.html"}
"""
    (work / "Doxyfile").write_text(settings, encoding="utf-8")
    done = subprocess.run(["doxygen", str(work / "Doxyfile")], capture_output=True, text=True)
    said = (done.stdout + done.stderr).replace(str(source) + "/", "")
    problems = [line for line in said.splitlines() if line.strip()]
    if done.returncode:
        problems.append(f"doxygen: ended with {done.returncode}")
    return problems


def folders(made):
    """(title, address) of each folder's page."""
    found = []
    for folder, title in FOLDERS.items():
        page = f"group__folder__{module_of(folder).replace('_', '__')}.html"
        if (made / page).exists():
            found.append((title, f"reference/{page}"))
    return found


KEPT = re.compile(r"(class|struct|group|namespacereel|union)\w*\.html$")
DEAD = ("-members.html",)


def publish(made, site, problems):
    """Puts Doxygen's pages into the site's frame; returns how many."""
    kept = {p.name for p in made.glob("*.html") if KEPT.match(p.name) and not p.name.endswith(DEAD)}
    for name in sorted(kept):
        title, body = frame((made / name).read_text(encoding="utf-8"), kept)
        specialised = "_3_01" in name  # described where the template is
        if not specialised and not re.search(r'(textblock">|id="details"></a>\s*|</h1>\s*)(<div class="compoundTemplParams">.*?</div>)?\s*<[pd]', body, re.DOTALL):
            problems.append(f"{title}: has no description; a /// comment above it is one")
        site.write(f"reference/{name}", title, body, "reference")
    rows = "".join(overview(made, title, address) for title, address in folders(made))
    body = (
        "<h1>Classes and functions</h1>\n<p>By folder; each header is a module, and is included as <code>&lt;reel/...&gt;</code>. "
        "<code>&lt;reel/reel.h&gt;</code> has what most programs need.</p>\n" + rows
    )
    site.write("reference/index.html", "Classes and functions", body, "reference")
    return len(kept) + 1


def overview(made, title, address):
    """A folder with its headers, and what each is for."""
    text = (made / address.split("/")[1]).read_text(encoding="utf-8")
    rows = re.findall(
        r'<a class="el" href="(group__[\w]+\.html)">([^<]+)</a></td></tr>\s*(?:<tr class="memdesc:[^"]*"><td class="mdescLeft">'
        r'&#160;</td><td class="mdescRight">(.*?)<br /></td></tr>)?',
        text,
    )
    items = ""
    for page, name, brief in rows:
        brief = re.sub(r"<a [^>]*>More...</a>|</?a\b[^>]*>", "", brief).strip()
        items += f'<tr><td><a href="{page}"><code>{name}</code></a></td><td>{brief}</td></tr>\n'
    page = address.split("/")[1]
    return f'<h2 id="{page.removesuffix(".html")}"><a href="{page}">{title}</a></h2>\n<div class="table"><table class="modules">{items}</table></div>\n'


def frame(text, kept):
    """(title, body) of a page by Doxygen."""
    title = re.search(r"<!-- title: (.*?) -->", text)[1]
    title = re.sub(r"^(.*?)(&lt;.*)? (Class|Struct|Union|Namespace)( Template)? Reference$", r"\1\2", title)
    where = re.search(r'<div class="ingroups">(.*?)</div>', text)
    where = f'<p class="where">{where[1]}</p>\n' if where else ""
    body = re.search(r'<div class="contents">(.*)</div><!-- contents -->', text, re.DOTALL)[1]
    # What a base has is on the page of the base.
    body = re.sub(r'<tr class="\w+:\w+ inherit [^>]*>.*?</tr>\n', "", body, flags=re.DOTALL)
    body = re.sub(r' onclick="javascript:[^"]*"><img src="closed.png" alt="-"/>&#160;', ">", body)
    body = re.sub(r'<tr class="separator:[^>]*>.*?</tr>\n', "", body)
    body = re.sub(r'<h2 class="groupheader"> </h2>', "", body)
    body = re.sub(r'<a name="details" id="details"></a>', '<a id="details"></a>', body)
    body = re.sub(r'\s*<a href="[^"]*#details">More\.\.\.</a>', "", body)
    body = re.sub(r'\s*<a href="[^"]*">More\.\.\.</a>', "", body)
    body = re.sub(r'<span class="permalink"><a href="(#\w+)">&#9670;&nbsp;</a></span>(.*?)</h2>',
                  r'\2 <a class="anchor" href="\1" aria-label="this">#</a></h2>', body)  # fmt: skip
    body = re.sub(r'<table class="memberdecls">', '<div class="table"><table class="memberdecls">', body)
    body = re.sub(r'(<table class="memberdecls">.*?</table>)', r"\1</div>", body, flags=re.DOTALL)

    def link(m):
        address = m[1].partition("#")[0]
        good = not address or address in kept or "/" in address
        return m[0] if good else m[2]

    body = re.sub(r'<a class="el" href="([^"]*)"[^>]*>(.*?)</a>', link, body)
    body = re.sub(r'(<td class="memItemLeft")[^>]*>&#160;</td>', r"\1></td>", body)
    # Names of parameters and of types of templates that happen to be members, too.
    body = re.sub(r'(?<=[\s;*])<a class="el" href="[^"]*#[^"]*">([a-z_]\w*)</a>(?=\s*[,)=])', r"\1", body)
    body = re.sub(r'<a class="el" href="classreel_1_1Tensor.html#\w+">T</a>(?! \()', "T", body)
    return title, f"{where}<h1>{title}</h1>\n{body}"
