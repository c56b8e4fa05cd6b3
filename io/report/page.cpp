#include <reel/io/report/page.h>

#include <reel/core/error.h>
#include <reel/io/report/html.h>

namespace reel::io {
namespace {

// Lines are in Okabe and Ito's colours, which stay distinct for colour-blind readers; lighter ones
// of the same hues on dark ground. Paper is always light.
constexpr const char* kColorStyle = R"css(
:root{color-scheme:light dark;
--page:#fff;--ink:#1f2328;--muted:#59636e;--rule:#d8dee4;--grid:#eceff2;--soft:#f6f8fa;
--good:#1a7f37;--bad:#b35900;--hit:45 125 210;--miss:214 94 0;--on:#fff;
--s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b4578f;--s4:#b07a00;--s5:#3f9bd1}
@media (prefers-color-scheme:dark){:root{
--page:#0f1318;--ink:#e4e9ee;--muted:#98a2ad;--rule:#2c343d;--grid:#20272e;--soft:#171c22;
--good:#4cc26a;--bad:#f0944d;--hit:88 160 235;--miss:240 140 70;--on:#0f1318;
--s0:#58aeea;--s1:#f58a42;--s2:#3ecb9f;--s3:#e39cc8;--s4:#e8b93f;--s5:#a3d8f7}}
@media print{:root{
--page:#fff;--ink:#000;--muted:#444;--rule:#bbb;--grid:#e4e4e4;--soft:#f6f6f6;
--good:#1a7f37;--bad:#b35900;--hit:45 125 210;--miss:214 94 0;--on:#fff;
--s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b4578f;--s4:#b07a00;--s5:#3f9bd1}}
)css";

constexpr const char* kText = R"css(
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--ink);overflow-wrap:anywhere;
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1160px;margin:0 auto;padding:40px 28px 64px}
h1{margin:0;font-size:28px;line-height:1.2;font-weight:650;letter-spacing:-.01em}
h2{margin:0 0 18px;padding-top:18px;border-top:1px solid var(--rule);font-size:19px;line-height:1.3;
font-weight:650}
h3{margin:0;font-size:15px;font-weight:650}
p{margin:0 0 12px}
small{color:var(--muted);font-size:12px;font-weight:400}
section{margin-top:44px}
.meta,.lead,.note{color:var(--muted)}
.meta{margin:6px 0 0;font-size:13px}
.note{font-size:13px;margin:4px 0}
nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin-top:18px;font-size:14px}
a{color:var(--s0);text-decoration:none}
a:hover{text-decoration:underline}
.results{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;
margin:28px 0 0;padding:0}
.results div{padding:14px 16px;background:var(--soft);border-radius:8px}
.results dt{color:var(--muted);font-size:13px}
.results dd{margin:2px 0 0;font-size:24px;line-height:1.25;font-weight:600;
font-variant-numeric:tabular-nums}
.results dd span{font-size:15px;font-weight:400;color:var(--muted)}
pre{margin:0;padding:14px 16px;overflow-x:auto;background:var(--soft);border-radius:8px;
font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.scroll{overflow-x:auto;margin:0 0 12px}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
caption{padding:0 0 8px;text-align:left;color:var(--muted);font-size:13px}
th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--grid);text-align:right;
font-weight:400;white-space:nowrap}
th[scope=row],tr>:first-child{text-align:left}
thead th{color:var(--muted);font-size:13px;border-color:var(--rule)}
tfoot th,tfoot td{border-bottom:0;border-top:1px solid var(--rule);font-weight:600}
tfoot tr+tr>*{border-top:0}
details{margin:8px 0 0}
summary{color:var(--muted);font-size:13px;cursor:pointer;width:max-content}
details[open] summary{margin-bottom:10px}
.numbers .scroll{max-height:320px;overflow-y:auto}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:12px 48px}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:0 48px;
margin:0}
.pairs div{display:flex;justify-content:space-between;gap:16px;padding:6px 0;
border-bottom:1px solid var(--grid)}
.pairs dt{color:var(--muted)}
.pairs dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
)css";

constexpr const char* kParts = R"css(
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));
gap:36px 48px}
figure{margin:0}
.chart{min-width:0;break-inside:avoid}
.chart figcaption{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 10px;margin-bottom:14px}
.unit{color:var(--muted);font-size:13px}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;width:100%;margin:0;padding:0;list-style:none;
font-size:13px}
.legend li{display:flex;align-items:center;gap:6px}
.legend b{font-weight:600;font-variant-numeric:tabular-nums}
.legend svg{flex:none}
.plot{position:relative;padding-right:14px}
svg{display:block}
.axes,.lines{overflow:visible}
.axes text{fill:var(--muted);font-size:12px;font-variant-numeric:tabular-nums}
.x-label{text-align:center;color:var(--muted);font-size:12px}
.axes .x{text-anchor:middle}
.axes .y{text-anchor:end}
.grid{stroke:var(--grid)}
.base{stroke:var(--muted)}
.lines path,.legend line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;
stroke-linecap:round;vector-effect:non-scaling-stroke}
.lines .dense{stroke-width:1.25}
.lines .faint{opacity:.35;stroke-width:1}
.lines .dots{stroke-width:6;stroke-dasharray:none}
.s0{color:var(--s0)}.s1{color:var(--s1)}.s2{color:var(--s2)}
.s3{color:var(--s3)}.s4{color:var(--s4)}.s5{color:var(--s5)}
.legend li>:not(svg){color:var(--ink)}
.s1.dashed,.s1.dashed line{stroke-dasharray:7 5}
.s2.dashed,.s2.dashed line{stroke-dasharray:2 5}
.s3.dashed,.s3.dashed line{stroke-dasharray:10 4 2 4}
.s4.dashed,.s4.dashed line{stroke-dasharray:14 5}
.s5.dashed,.s5.dashed line{stroke-dasharray:4 3}
.cursor{position:absolute;top:0;height:220px;width:1px;background:var(--muted);pointer-events:none}
.tip{position:absolute;top:4px;padding:6px 10px;border:1px solid var(--rule);border-radius:6px;
background:var(--page);font-size:12px;line-height:1.5;white-space:nowrap;pointer-events:none;
font-variant-numeric:tabular-nums;z-index:1}
.tip i{display:inline-block;width:8px;height:8px;margin-right:6px;border-radius:4px;
background:currentColor}
.tip span{color:var(--ink)}
.heat{border-collapse:separate;border-spacing:3px}
.heat td,.heat th{padding:0 4px;height:32px;min-width:36px;text-align:center;border:0}
.heat tbody th{padding-right:10px;text-align:right}
.heat thead th:first-child{font-weight:400;padding-right:10px;text-align:right;vertical-align:bottom}
.heat .upright{vertical-align:bottom;padding-bottom:6px}
.heat .upright span{writing-mode:vertical-rl;transform:rotate(180deg)}
.heat .hit{background:rgb(var(--hit)/var(--part))}
.heat .miss{background:rgb(var(--miss)/var(--part))}
.heat .strong{color:var(--on)}
.heat .hit,.heat .miss{border-radius:5px}
.heat .none{color:var(--muted)}
.map img{width:min(100%,560px);image-rendering:pixelated;border:1px solid var(--rule)}
.map figcaption{margin-top:8px;color:var(--muted);font-size:13px}
.samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(148px,1fr));gap:14px}
.sample{padding:10px;border:1px solid var(--rule);border-radius:8px;break-inside:avoid}
.sample img{display:block;width:100%;height:112px;object-fit:contain;image-rendering:pixelated;
background:var(--soft);border-radius:4px}
.verdict{display:block;margin:8px 0 6px;font-weight:600;font-size:14px;line-height:1.3}
.right .verdict{color:var(--good)}
.wrong{border:2px dashed var(--bad);padding:9px}
.wrong .verdict{color:var(--bad)}
.bars{margin:0;padding:0;list-style:none;font-size:12px;line-height:1.4;
font-variant-numeric:tabular-nums}
.bars li{display:flex;align-items:center;gap:6px}
.bars .name{flex:0 1 auto;min-width:1.2em;max-width:45%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bars .bar{flex:1 1 0;height:6px;border-radius:3px;
background:linear-gradient(var(--s0) 0 0) 0 0/var(--part) 100% no-repeat var(--grid)}
.bars span:last-child{min-width:4em;color:var(--muted);text-align:right;white-space:nowrap}
.filters{display:flex;flex-wrap:wrap;gap:8px}
.filters img{width:56px;height:56px;object-fit:contain;image-rendering:pixelated;border-radius:4px}
.picture{max-width:100%;height:auto}
@media (max-width:600px){
main{padding:24px 16px 48px}
h1{font-size:24px}
section{margin-top:34px}
.results{grid-template-columns:repeat(2,1fr);gap:10px}
.results div{padding:10px 12px}
.results dd{font-size:20px}
.samples{grid-template-columns:repeat(2,1fr);gap:10px}
.filters img{width:48px;height:48px}
.heat{border-spacing:2px}
.heat td,.heat th{padding:0 2px;height:27px;min-width:26px;font-size:12px}
.heat thead th:first-child{white-space:normal;font-size:11px;line-height:1.1}}
@media print{
main{max-width:none;padding:0}
nav,.numbers{display:none}
section{margin-top:24px}
.scroll{overflow:visible}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";

// What is under the pointer, of each line the point that is nearest along x. All of it is on the
// page without this too, in the tables.
constexpr const char* kScript = R"js(
for (const plot of document.querySelectorAll('.plot')) {
  const data = plot.querySelector('.points').dataset;
  const [low, high, log] = data.axes.split(',').map(Number);
  const lines = data.lines.split(';').map(
    line => line.split(' ').filter(Boolean).map(point => point.split(',').map(Number)));
  const names = [...plot.parentNode.querySelectorAll('.legend .name')].map(n => n.textContent);
  const place = x => log ? Math.log(x / low) / Math.log(high / low) : (x - low) / (high - low);
  const cursor = document.createElement('div'), tip = document.createElement('div');
  cursor.className = 'cursor';
  tip.className = 'tip';
  cursor.hidden = tip.hidden = true;
  plot.append(cursor, tip);
  const hide = () => { cursor.hidden = tip.hidden = true; };
  const nearest = (line, at) => {
    let best = null, least = Infinity;
    for (const point of line) {
      const distance = Math.abs(place(point[0]) - at);
      if (distance < least) { least = distance; best = point; }
    }
    return best;
  };
  plot.addEventListener('pointerleave', hide);
  plot.addEventListener('pointermove', event => {
    const frame = plot.querySelector('.axes').getBoundingClientRect();
    const at = (event.clientX - frame.left) / frame.width;
    if (at < -0.02 || at > 1.02 || event.clientY > frame.bottom) return hide();
    const found = lines.map(line => nearest(line, at));
    const all = found.filter(Boolean);
    if (!all.length) return hide();
    const x = nearest(all, at)[0];
    tip.replaceChildren();
    const head = document.createElement('div');
    head.textContent = x;
    tip.append(head);
    found.forEach((point, i) => {
      if (!point) return;
      const row = document.createElement('div'), dot = document.createElement('i');
      const text = document.createElement('span');
      row.className = 's' + i % 6;
      text.textContent = names[i] + ' ' + point[1] + (point[0] == x ? '' : ' at ' + point[0]);
      row.append(dot, text);
      tip.append(row);
    });
    cursor.hidden = tip.hidden = false;
    const outer = plot.getBoundingClientRect();
    const left = frame.left - outer.left + place(x) * frame.width;
    cursor.style.left = left + 'px';
    const room = outer.width - tip.offsetWidth - 4;
    tip.style.left = Math.max(0, Math.min(room, left < room / 2 ? left + 12 : left - tip.offsetWidth - 12)) + 'px';
  });
}
)js";

}  // namespace

std::string page_html(const std::string& title, const std::string& body) {
  // The policy lets nothing be fetched, whatever a text contains; the empty icon keeps a server
  // from being asked for one.
  return as_text(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" "
      "href=\"data:,\">\n<title>",
      escaped(title), "</title>\n<style>", kColorStyle, kText, kParts,
      "</style>\n</head>\n<body>\n<main>\n", body, "</main>\n<script>", kScript,
      "</script>\n</body>\n</html>\n");
}

}  // namespace reel::io
