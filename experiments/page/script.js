"use strict";
(() => {
  const root = document.documentElement;
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // Tables: every heading sorts; longer tables get a search box and a choice per short text column.
  const text = (row, column) => {
    const cell = row.cells[column], badge = cell.querySelector(".badge");
    return (badge ? badge.lastChild : cell).textContent.trim();
  };
  const number = (value) => parseFloat(value.replaceAll("−", "-").replace(/^([-+]?)∞/, "$1Infinity").replace(/^< .*/, "0"));
  const collator = new Intl.Collator("en", { numeric: true });

  function sort(table, column, direction) {
    const rows = [...table.tBodies[0].rows];
    const numeric = table.tHead.rows[0].cells[column].classList.contains("numeric");
    const missing = (value) => (numeric ? Number.isNaN(number(value)) : value === "–");
    const compare = (a, b) => (numeric && number(a) - number(b)) || collator.compare(a, b);
    rows.sort((first, second) => {
      const a = text(first, column), b = text(second, column);
      return missing(a) - missing(b) || direction * compare(a, b);
    });
    table.tBodies[0].append(...rows);
  }

  function makeSortable(table) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = make("button", { type: "button" }, ...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const descending = heading.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
        sort(table, column, descending ? -1 : 1);
      });
    });
  }

  function makeFilterable(table) {
    const rows = [...table.tBodies[0].rows];
    const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const search = make("input", { type: "search" });
    const count = make("output", { ariaLive: "polite" });
    const bar = make("div", { className: "controls" }, make("label", {}, "Search", search));
    const choices = (table.dataset.choices || "").split(",").filter(Boolean).map((column) => {
      const values = [...new Set(rows.map((row) => text(row, column)))].sort(collator.compare);
      const select = make("select", {}, new Option("all", ""), ...values.map((value) => new Option(value)));
      bar.append(make("label", {}, headings[column], select));
      return { column, select };
    });
    const apply = () => {
      const wanted = search.value.toLowerCase().split(/\s+/);
      let shown = 0;
      for (const row of rows) {
        const content = row.textContent.toLowerCase();
        const fits = wanted.every((word) => content.includes(word));
        row.hidden = !fits || choices.some(({ column, select }) => select.value && text(row, column) !== select.value);
        shown += !row.hidden;
      }
      count.value = shown === rows.length ? `${shown} rows` : `${shown} of ${rows.length} rows`;
    };
    bar.addEventListener("input", apply);
    bar.append(count);
    table.closest("figure").querySelector(".box").before(bar);
    apply();
  }

  for (const table of document.querySelectorAll("figure.table table")) {
    makeSortable(table);
    if (table.tBodies[0].rows.length >= 8) makeFilterable(table);
  }

  // Figures: the still picture is replaced by a live one when the reader comes near it.
  const probe = document.body.appendChild(make("span", { hidden: true }));
  const colour = (name) => {
    const lifted = `color-mix(in srgb, ${name} 60%, light-dark(${name}, #fff))`;
    probe.style.color = name.startsWith("#") ? `var(--c${name.slice(1).toUpperCase()}, ${lifted})` : `var(--${name})`;
    const mixed = getComputedStyle(probe).color.match(/^color\(srgb (\S+) (\S+) (\S+)\)$/);
    return mixed ? `rgb(${mixed.slice(1).map((part) => Math.round(255 * part))})` : getComputedStyle(probe).color;
  };
  const recoloured = (value) => {
    if (typeof value === "string") return /^#[0-9a-f]{6}$/i.test(value) ? colour(value) : value;
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(recoloured);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, recoloured(inner)]));
  };

  const side = { x: 58, y: 88 };  // room for labels between panels, in pixels
  const panelWidth = { least: 300, most: 620 };

  function shape(panels, width) {
    const listed = panels.some((panel) => panel.listed);
    const fitting = listed ? 1 : Math.max(1, Math.min(panels.length, 3, Math.floor(width / panelWidth.least)));
    const rows = Math.ceil(panels.length / fitting);
    const columns = Math.ceil(panels.length / rows);
    return { columns, rows, across: Math.min(width, columns * panelWidth.most + (listed ? 240 : 0)) };
  }

  const axisStyle = () => ({
    gridcolor: colour("#E6E6E6"), zeroline: false, zerolinecolor: colour("#222222"), linecolor: colour("#BBBBBB"),
    ticks: "outside", ticklen: 4, tickcolor: colour("#BBBBBB"), automargin: true,
  });

  /* Panels side by side as far as the width allows, each with its own pair of axes. */
  function arranged(panels, shareY, { columns, rows, across }) {
    const height = Math.max(...panels.map((panel) => panel.height || 270));
    const all = rows * height + (rows - 1) * side.y;
    const layout = { annotations: [], shapes: [], height: all, width: across };
    const style = axisStyle();
    const wide = (1 - ((columns - 1) * side.x) / across) / columns, tall = height / all;
    const data = panels.flatMap((panel, index) => {
      const name = index ? index + 1 : "";
      const [column, row] = [index % columns, Math.floor(index / columns)];
      const left = column * (wide + side.x / across), top = 1 - row * (tall + side.y / all);
      const inner = column > 0 && panel.y.title === panels[0].y.title;
      layout["xaxis" + name] = { ...style, ...panel.x, title: { text: panel.x.title, standoff: 8 }, domain: [left, Math.min(1, left + wide)], anchor: "y" + name };
      layout["yaxis" + name] = { ...style, ...panel.y, title: { text: inner ? "" : panel.y.title, standoff: 8 }, domain: [Math.max(0, top - tall), top], anchor: "x" + name };
      if (shareY && index) layout["yaxis" + name].matches = "y";
      if (panel.square) Object.assign(layout["yaxis" + name], { scaleanchor: "x" + name, constrain: "domain" });
      if (panel.square) layout["xaxis" + name].constrain = "domain";
      if (panel.matrix) for (const axis of ["xaxis", "yaxis"]) Object.assign(layout[axis + name], { showgrid: false, ticks: "" });
      if (panel.matrix && column > 0) layout["yaxis" + name].showticklabels = false;
      if (panel.title) {
        layout.annotations.push({ text: panel.title, x: left + wide / 2, y: top, xref: "paper", yref: "paper", xanchor: "center", yanchor: "bottom", yshift: 4, showarrow: false, font: { size: 13 } });
      }
      for (const { tall: through, ...drawn } of panel.shapes) {
        layout.shapes.push({ ...recoloured(drawn), layer: "below", xref: "x" + name, yref: "y" + name + (through ? " domain" : "") });
      }
      return panel.traces.map((trace) => ({ ...recoloured(trace), xaxis: "x" + name, yaxis: "y" + name }));
    });
    return { data, layout };
  }

  /* Only what the reader wants to see; the chosen run in front, the others faint. */
  function select(data, hidden, chosen) {
    for (const trace of data) {
      trace.visible = !hidden.has(trace.legendgroup);
      const run = trace.meta && trace.meta.run;
      if (!chosen || run === undefined) continue;
      const same = String(run) === chosen;
      trace.opacity = same ? 1 : 0.08;
      trace.line = { ...trace.line, width: same ? 1.8 : 0.6 };
      if (!same) Object.assign(trace, { hoverinfo: "skip", hovertemplate: null });
    }
  }

  const common = (listed, titled) => ({
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", hovermode: "closest", dragmode: false,
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("ink") },
    hoverlabel: { bgcolor: colour("panel"), bordercolor: colour("line"), font: { color: colour("ink") }, align: "left" },
    margin: { l: 58, r: 12, t: titled ? 30 : 10, b: 50 }, uirevision: "kept", showlegend: false,
    barmode: "group", scattermode: listed ? "group" : "overlay",
  });
  const settings = { displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d", "toImage", "autoScale2d"] };

  function runChoice(panels, choose) {
    const runs = new Set(panels.flatMap((panel) => panel.traces.map((trace) => trace.meta && trace.meta.run)));
    runs.delete(undefined);
    if (runs.size < 2) return [];
    const choice = make("select", {}, new Option("all", ""), ...[...runs].map((run) => new Option(run)));
    choice.addEventListener("input", () => choose(choice.value));
    return [make("label", {}, "Show run", choice)];
  }

  /* A button for each series, with its look; pressed while the series is shown. */
  function legend(title, panels, hidden, redraw) {
    const named = panels.flatMap((panel) => panel.traces).filter((trace) => trace.name && trace.showlegend !== false);
    const series = new Map(named.map((trace) => [trace.legendgroup, trace]));
    const buttons = [...series].map(([name, trace]) => {
      const button = make("button", { type: "button", className: "series", ariaPressed: "true" });
      button.innerHTML = swatch(trace);
      button.append(name);
      button.addEventListener("click", () => {
        if (!hidden.delete(name)) hidden.add(name);
        button.ariaPressed = String(!hidden.has(name));
        redraw();
      });
      return button;
    });
    return [...(title && buttons.length ? [make("span", {}, title)] : []), ...buttons];
  }

  const symbols = {
    circle: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", square: "M-4-4h8v8h-8z", diamond: "M0-5L5 0L0 5L-5 0z",
    "triangle-up": "M0-5L5 4H-5z", "triangle-down": "M0 5L5-4H-5z", cross: "M-2-5h4v3h3v4h-3v3h-4v-3h-3v-4h3z",
    "triangle-left": "M-5 0L4-5V5z", "triangle-right": "M5 0L-4-5V5z", "diamond-tall": "M0-6L3 0L0 6L-3 0z",
    pentagon: "M0-5L5-1L3 4H-3L-5-1z", hexagon: "M0-5L4-2V2L0 5L-4 2V-2z",
    x: "M-4-4L4 4M4-4L-4 4", "x-thin": "M-4-4L4 4M4-4L-4 4", star: "M0-5L1.5-1.5H5L2 1L3 5L0 2.5L-3 5L-2 1L-5-1.5H-1.5z",
  };

  function swatch({ type, mode = "", line = {}, marker = {} }) {
    const paint = (line.color || marker.color || (marker.line || {}).color).toUpperCase();
    const ink = `var(--c${paint.slice(1)}, ${paint})`;
    const dashes = line.dash && line.dash !== "solid" ? ` stroke-dasharray="${line.dash.replaceAll("px", "")}"` : "";
    const bar = type === "bar" ? `<rect x="8" y="1" width="14" height="12" fill="${ink}"/>` : "";
    const stroke = mode.includes("lines") ? `<path d="M0 7H30" stroke="${ink}" stroke-width="2.2"${dashes}/>` : "";
    const point = mode.includes("markers") ? `<path d="${symbols[marker.symbol]}" transform="translate(15 7)" fill="${ink}" stroke="${ink}"/>` : "";
    return `<svg viewBox="0 0 30 14" width="30" height="14" aria-hidden="true">${bar}${stroke}${point}</svg>`;
  }

  function live(figure) {
    const target = figure.querySelector(".live");
    const { panels, share_y: shareY, legend: title } = JSON.parse(figure.querySelector("script").textContent);
    const hidden = new Set();
    let chosen = "";
    target.hidden = false;
    figure.querySelector(".still").hidden = true;
    figure.redraw = () => {
      const { data, layout } = arranged(panels, shareY, shape(panels, target.clientWidth));
      select(data, hidden, chosen);
      const style = common(panels[0].listed, panels.some((panel) => panel.title));
      layout.height += style.margin.t + style.margin.b;
      return Plotly.react(target, data, { ...layout, ...style }, settings);
    };
    const choice = runChoice(panels, (run) => { chosen = run; figure.redraw(); });
    const controls = [...legend(title, panels, hidden, figure.redraw), ...choice];
    if (controls.length) target.before(make("div", { className: "controls" }, ...controls));
    figure.redraw().then(() => { figure.dataset.drawn = "live"; });
  }

  /* plotly is unpacked when the first figure is near; where it cannot be, the pictures stay. */
  let unpacked;
  const plotly = () => (unpacked ??= (async () => {
    const packed = Uint8Array.from(atob(document.getElementById("plotly").textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    document.head.append(make("script", { textContent: await new Response(stream).text() }));
  })());

  const waiting = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      waiting.unobserve(target);
      plotly().then(() => live(target));
    }
  }, { rootMargin: "600px" });
  if ("DecompressionStream" in window) {
    for (const element of document.querySelectorAll(".live")) waiting.observe(element.closest("figure"));
  }

  const redraw = () => document.querySelectorAll("figure[data-drawn]").forEach((figure) => figure.redraw());
  let width = innerWidth, later;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(later);
    later = setTimeout(redraw, 150);
  });

  // Light and dark: the system's choice until the reader makes another.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const settle = () => { button.textContent = isDark() ? "Light" : "Dark"; redraw(); };
  const remembered = (change) => { try { return change(localStorage); } catch { return null; } };
  const stored = remembered((storage) => storage.getItem("theme"));
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remembered((storage) => storage.setItem("theme", root.dataset.theme));
    settle();
  });
  system.addEventListener("change", settle);
  button.hidden = false;
  settle();
  document.querySelector("nav details").open = matchMedia("(min-width: 75rem)").matches;
})();
