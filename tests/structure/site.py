"""The documentation as a site: builds, every link in it leads somewhere, and nothing is loaded from elsewhere.

Usage: site.py FOLDER, where it is built."""

import html.parser
import os
import subprocess
import sys
import urllib.parse

import tree

LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "object": "data"}
LARGEST_IMAGE = 150_000  # bytes


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.anchors, self.links, self.loaded, self.repeated, self.without_alt = set(), [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if name := attributes.get("id"):
            if name in self.anchors:
                self.repeated.append(name)
            self.anchors.add(name)
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag in LOADED and attributes.get(LOADED[tag]):
            self.loaded.append(attributes[LOADED[tag]])
        if tag == "img" and "alt" not in attributes:
            self.without_alt.append(attributes.get("src", ""))


def check(site):
    pages, found = {}, set()
    for folder, _, names in os.walk(site):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), site)
            found.add(path)
            with open(os.path.join(site, path), encoding="utf-8", errors="replace") as file:
                if name.endswith(".html"):
                    pages[path] = Page(file.read())
                elif name.endswith((".css", ".js")) and not name.endswith("index.js"):
                    text = file.read()
                    for mark in ("http://", "https://", "@import", "url("):
                        if mark in text:
                            yield f"{path}: has '{mark}'; the site loads nothing from elsewhere"
            if name.endswith((".png", ".jpg")) and os.path.getsize(os.path.join(site, path)) > LARGEST_IMAGE:
                yield f"{path}: is larger than {LARGEST_IMAGE} bytes"
    if "index.html" not in pages or len(pages) < 100:
        yield f"{site}: has {len(pages)} pages; something is missing"
    for path, page in sorted(pages.items()):
        for name in page.repeated:
            yield f"{path}: has the anchor '{name}' twice"
        for name in page.without_alt:
            yield f"{path}: the image {name} has no alt text"
        for address in page.loaded:
            if urllib.parse.urlsplit(address).scheme or address.startswith("//"):
                yield f"{path}: loads {address}; the site loads nothing from elsewhere"
            elif os.path.normpath(os.path.join(os.path.dirname(path), address)) not in found:
                yield f"{path}: loads {address}, which does not exist"
        for address in page.links:
            parts = urllib.parse.urlsplit(address)
            if parts.scheme:
                continue
            place = urllib.parse.unquote(parts.path)
            target = os.path.normpath(os.path.join(os.path.dirname(path), place)) if place else path
            if target not in found:
                yield f"{path}: links to {address}, which does not exist"
            elif parts.fragment and target in pages and urllib.parse.unquote(parts.fragment) not in pages[target].anchors:
                yield f"{path}: links to {address}; there is no such anchor"


site = sys.argv[1]
done = subprocess.run([os.path.join(tree.ROOT, "scripts/docs"), site], capture_output=True, text=True)
problems = [f"scripts/docs: {line}" for line in (done.stdout + done.stderr).splitlines()] if done.returncode else []
problems += list(check(site)) if not problems else []
tree.report(problems, "the site is whole")
