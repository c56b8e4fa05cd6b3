"""Reports open in a browser without an error or a request, and fit its width.

Usage: check_report.py REPORT_PAGES FOLDER
"""

import html
import json
import pathlib
import re
import shutil
import subprocess
import sys

import chromium

# Comes first in the page: collects what goes wrong, and at the end tells the frame's page what there is.
PROBE = """<script>
const wrong = [];
addEventListener('error', e => wrong.push('error ' + (e.message || e.target.outerHTML)), true);
addEventListener('unhandledrejection', e => wrong.push('rejection ' + e.reason));
addEventListener('securitypolicyviolation', e => wrong.push('blocked ' + e.blockedURI));
addEventListener('load', () => {
  const count = selector => document.querySelectorAll(selector).length;
  const plot = document.querySelector('.plot');
  let tip = '';
  if (plot) {
    const frame = plot.querySelector('.axes').getBoundingClientRect();
    const point = {clientX: frame.left + frame.width, clientY: frame.top + 20, bubbles: true};
    plot.dispatchEvent(new PointerEvent('pointermove', point));
    tip = plot.querySelector('.tip').textContent;
    plot.dispatchEvent(new PointerEvent('pointerleave'));
  }
  const outside = [...document.querySelectorAll('main *')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.right > innerWidth + 1 && !e.closest('.scroll, pre, .numbers');
  }).map(e => e.outerHTML.slice(0, 80));
  const found = {
    wrong, outside, tip, title: document.title, width: document.documentElement.scrollWidth, window: innerWidth,
    fetched: performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith('data:')),
    broken: [...document.images].filter(i => !i.complete || !i.naturalWidth).length,
    unnamed: count('img:not([alt]), svg:not([aria-hidden]):not([aria-label]):not(.lines)'),
    charts: count('.chart svg.axes'), lines: count('.lines path:not(.dots)'), heat: count('.heat td'),
    samples: count('.sample img'), wrong_samples: count('.sample.wrong'), filters: count('.filters img'),
    sections: count('section'), results: count('.results dd'), layers: count('.layers tbody tr'),
    maps: count('.map img'), foreign: count('script[src], link[rel=stylesheet], iframe, object, main script'),
  };
  parent.postMessage(JSON.stringify(found), '*');
});
</script>"""

# A window can not be as narrow as a phone's, a frame can.
FRAME = """<!DOCTYPE html><iframe src="{page}" style="width:{width}px;height:900px;border:0"></iframe><script>
addEventListener('message', e => {{
  const out = document.createElement('pre');
  out.id = 'probe';
  out.textContent = e.data;
  document.body.append(out);
}});
</script>"""

EXPECTED = {
    "run": {
        "title": "Handwritten digits, LeNet", "charts": 4, "lines": 6, "heat": 100, "samples": 12, "wrong_samples": 2,
        "filters": 16, "sections": 6, "results": 4, "layers": 9,
    },
    "hostile": {
        "title": "</title></script><script>document.title='owned'</script>", "charts": 1, "lines": 2, "heat": 4,
        "samples": 1, "wrong_samples": 1, "filters": 2, "sections": 7, "results": 1,
    },
    "large": {"title": "A long run of many classes", "charts": 1, "lines": 3, "heat": 0, "maps": 1, "filters": 64},
    "empty": {"title": "Nothing yet", "charts": 0, "sections": 0, "results": 0},
}  # fmt: skip
TIPS = {"run": "train 0.043", "hostile": "document.title='owned'</script> 0.05", "large": "test 0.055", "empty": ""}
WIDTHS = (1440, 390)
LARGEST = 200_000  # bytes

problems = []


def check(condition, *what):
    if not condition:
        problems.append(" ".join(map(str, what)))


def check_document(name, page, width):
    probed = page.with_name(f"{name}.probed.html")
    probed.write_text(page.read_text(encoding="utf-8").replace("<head>", "<head>" + PROBE, 1), encoding="utf-8")
    frame = page.with_name(f"{name}.frame.html")
    frame.write_text(FRAME.format(page=probed.name, width=width), encoding="utf-8")
    document, console = chromium.document(frame, width + 100)
    written = re.search(r'<pre id="probe">(.*?)</pre>', document, re.DOTALL)
    where = f"{name} at {width} px:"
    check(not console, where, "on the console:", console)
    check(written, where, "the probe wrote nothing")
    if not written:
        return
    found = json.loads(html.unescape(written[1]))
    check(found["window"] == width, where, "the window has", found["window"])
    check(found["width"] <= found["window"], where, "the page has", found["width"], "px")
    for key in ("wrong", "fetched", "broken", "unnamed", "foreign", "outside"):
        check(not found[key], where, key, found[key])
    check(TIPS[name] in found["tip"], where, "under the pointer:", found["tip"])
    for key, value in EXPECTED[name].items():
        check(found[key] == value, where, key, "is", repr(found[key]), "and must be", repr(value))


def check_picture(page, width, dark):
    path = page.with_name(f"{page.stem}.{width}.{'dark' if dark else 'light'}.png")
    drawn, _, rows = chromium.picture(page, path, width, dark=dark)
    colors = {}
    for row in rows:
        for pixel in row:
            colors[pixel] = colors.get(pixel, 0) + 1
    ground = max(colors, key=colors.get)
    check(drawn == width, path.name, "is", drawn, "px wide")
    check((max(ground) < 64) if dark else (min(ground) > 192), path.name, "has the ground", tuple(ground))
    painted = 1 - colors[ground] / (len(rows) * drawn)
    check(len(colors) > 50 and 0.02 < painted < 0.8, path.name, "has", len(colors), "colours on", painted)


report_pages, folder = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
subprocess.run([report_pages, folder], check=True)
for name in EXPECTED:
    page = folder / f"{name}.html"
    check(page.stat().st_size < LARGEST, page.name, "has", page.stat().st_size, "bytes")
    for width in WIDTHS:
        check_document(name, page, width)
for width in WIDTHS:
    for dark in (False, True):
        check_picture(folder / "run.html", width, dark)

print(*problems, sep="\n", end="\n" if problems else "")
print(f"{len(problems)} problems" if problems else f"ok: {len(EXPECTED)} pages at {WIDTHS} px")
sys.exit(1 if problems else 0)
