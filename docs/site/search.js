// Search without a server: entries are [title, where it belongs, address, text], written by build.py.
(() => {
  const input = document.getElementById("search"), list = document.getElementById("found");
  const root = document.documentElement.dataset.root;
  let entries = null, chosen = -1;

  const load = () => {
    if (entries) return;
    entries = [];
    const script = document.createElement("script");
    script.src = root + "search_index.js";
    script.onload = () => { entries = window.reelSearch; show(); };
    document.head.append(script);
  };

  // 0: no match. A name that is or begins with the word is best, then a word in the title, then in the text.
  const score = (entry, words) => {
    const title = entry[0].toLowerCase(), last = title.split("::").pop(), text = entry[3].toLowerCase();
    let sum = 0;
    for (const w of words) {
      if (last === w || title === w) sum += 100;
      else if (last.startsWith(w)) sum += 60 - Math.min(30, last.length - w.length);
      else if (title.includes(w)) sum += 20;
      else if (text.includes(w)) sum += 5;
      else return 0;
    }
    return sum + (entry[1] === "function" || entry[1] === "class" ? 3 : 0) + (entry[3] ? 4 : 0);
  };

  const show = () => {
    const words = input.value.toLowerCase().trim().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    chosen = -1;
    list.hidden = words.length === 0;
    if (list.hidden) return;
    const best = (entries || []).map((e) => [score(e, words), e]).filter((x) => x[0] > 0)
      .sort((a, b) => b[0] - a[0] || a[1][0].length - b[1][0].length).slice(0, 30);
    for (const [, e] of best) {
      const a = document.createElement("a"), where = document.createElement("small");
      a.href = root + e[2];
      a.textContent = e[0];
      where.textContent = e[1];
      a.append(where);
      list.append(a);
    }
    if (!best.length) list.textContent = "Nothing found.";
  };

  const choose = (step) => {
    const links = list.querySelectorAll("a");
    if (!links.length) return;
    links[chosen]?.classList.remove("chosen");
    chosen = (chosen + step + links.length) % links.length;
    links[chosen].classList.add("chosen");
    links[chosen].scrollIntoView({ block: "nearest" });
  };

  input.addEventListener("focus", load);
  input.addEventListener("input", () => { load(); show(); });
  input.addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") { choose(e.key === "ArrowDown" ? 1 : -1); e.preventDefault(); }
    if (e.key === "Enter") (list.querySelector("a.chosen") || list.querySelector("a"))?.click();
    if (e.key === "Escape") { input.value = ""; show(); input.blur(); }
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "/" && document.activeElement !== input) { input.focus(); e.preventDefault(); }
  });
  document.addEventListener("click", (e) => { if (!e.target.closest(".search")) list.hidden = true; });

  // The page's own entry in the bar, where the bar is longer than the window.
  const bar = document.querySelector(".bar"), here = bar.querySelector("li li .here");
  if (here) bar.scrollTop = here.offsetTop - bar.clientHeight / 2;
})();
