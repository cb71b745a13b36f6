// Draws the charts of a page from /data/history as SVG; loaded after console.js, whose element() makes the parts.
"use strict";

const WIDTH_OF_AXIS = 46;
const HEIGHT = 160;
/** A legend names no more lines than that. */
const MOST_NAMES = 12;

/** A number as it stands at an axis or in a table, with its unit. */
function figure(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "s") {
    if (value === 0) return "0 s";
    if (value < 1) return `${Number((value * 1000).toPrecision(3))} ms`;
    if (value < 120) return `${Number(value.toPrecision(3))} s`;
    return value < 7200 ? `${Math.round(value / 60)} min` : `${Number((value / 3600).toPrecision(3))} h`;
  }
  if (value < 0.005) return `0${unit}`;
  const number = value >= 10000 ? `${Number((value / 1000).toPrecision(3))}k` : `${Number(value.toPrecision(3))}`;
  return number + unit;
}

/** The end of the axis: 1, 2 or 5 times a power of ten, and how many steps it has. */
function scale(largest, unit) {
  const least = unit === "s" ? 0.01 : unit === "/s" ? 1 : 4;
  // Minutes and hours have steps of their own.
  const size = unit === "s" && largest >= 3600 ? 3600 : unit === "s" && largest >= 60 ? 60 : 1;
  const top = Math.max(largest, least) / size;
  const power = 10 ** Math.floor(Math.log10(top));
  const factor = [1, 2, 4, 5, 10].find((one) => one * power >= top * 0.999);
  return { top: factor * power * size, steps: factor === 5 ? 5 : 4 };
}

/** A time of day as all pages tell it, in UTC. */
function clock(seconds, isShort) {
  return new Date(seconds * 1000).toISOString().slice(11, isShort ? 16 : 19);
}

/** The lines of a chart: what they are called, their values, and how they look. */
function linesOf(chart, history) {
  const kinds = chart.dataset.chart.split(" ");
  if (kinds[0] === "answers") {
    const isHidden = (values) => values.every((value) => !value);
    return Object.entries(history.answers).filter(([, values]) => !isHidden(values)).map(([status, values], index) => ({
      name: status, values, colour: status.startsWith("2") ? 2 : status === "429" ? 1 : [4, 3, 5, 6, 7, 0][index % 6],
    }));
  }
  const isOne = history.workers.length === 1;
  return history.workers.flatMap((worker, index) => kinds.map((kind, place) => ({
    name: isOne ? kind : kinds.length > 1 ? `${worker} ${kind}` : worker,
    values: history.series[kind]?.[worker] ?? [],
    colour: isOne ? place : index % 8,
    isSecond: place > 0,
  })));
}

/** The classes of a line. */
const look = (line) => `line s${line.colour}${line.isSecond ? " second" : ""}`;

class Chart {
  constructor(place) {
    this.place = place;
    this.unit = place.dataset.unit;
    this.isStacked = place.dataset.chart === "answers";
    this.at = null;
    this.values = [];
    this.now = element("span", { class: "now" });
    this.svg = element("svg", { tabindex: 0, role: "img", class: "drawing", "aria-label": `${place.dataset.title}: no values yet` });
    this.said = element("p", { class: "sr", role: "status" });
    this.legend = element("ul", { class: "legend" });
    const label = `${place.dataset.title}: values`;
    this.table = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label });
    this.details = element("details", {}, element("summary", {}, "As a table"), this.table);
    const caption = element("figcaption", {}, element("span", {}, place.dataset.title), this.now);
    if (place.dataset.note) this.now.before(element("small", {}, place.dataset.note));
    place.replaceChildren(caption, this.svg, this.legend, this.said, this.details);
    this.svg.addEventListener("pointermove", (event) => this.point(this.indexAt(event.clientX)));
    this.svg.addEventListener("pointerleave", () => this.point(null));
    this.svg.addEventListener("blur", () => this.point(null));
    this.svg.addEventListener("keydown", (event) => this.step(event));
    this.details.addEventListener("toggle", () => this.fillTable());
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }

  show(history) {
    this.history = history;
    this.lines = linesOf(this.place, history);
    this.draw();
    this.fillTable();
  }

  indexAt(x) {
    const box = this.svg.getBoundingClientRect();
    const share = (x - box.left - WIDTH_OF_AXIS) / (box.width - WIDTH_OF_AXIS - 4);
    return Math.max(0, Math.min(this.history.count - 1, Math.round(share * (this.history.count - 1))));
  }

  step(event) {
    const last = this.history.count - 1;
    const from = this.at ?? last + 1;
    const wide = Math.max(1, Math.round(last / 12));
    const to = {
      ArrowLeft: from - 1, ArrowRight: from + 1, PageUp: from - wide, PageDown: from + wide, Home: 0, End: last,
    }[event.key];
    if (event.key === "Escape") this.point(null);
    if (to === undefined) return;
    event.preventDefault();
    this.point(Math.max(0, Math.min(last, to)));
    this.said.textContent = `${this.now.textContent} ${this.legend.textContent}`;
  }

  /** Shows the values of one moment; of the newest for null. */
  point(index) {
    this.at = index;
    if (!this.history) return;
    const moment = index ?? this.history.count - 1;
    const time = this.history.end - (this.history.count - 1 - moment) * this.history.step;
    this.values.forEach((place, line) => {
      const values = this.lines[line].values;
      // The newest step may have no sample yet.
      const value = values[moment] ?? (index === null ? values[moment - 1] : null);
      place.textContent = figure(value, this.unit);
    });
    this.now.textContent = clock(time, false);
    this.cross?.remove();
    this.cross = null;
    if (index === null) return;
    const x = this.x(index);
    this.cross = element("g", {}, element("line", { class: "cross", x1: x, x2: x, y1: 6, y2: HEIGHT - 20 }));
    for (const line of this.drawn) {
      const top = line.tops[index];
      if (top === null || top === undefined) continue;
      this.cross.append(element("circle", { class: `f${line.colour}`, cx: x, cy: this.y(top), r: 3.5 }));
    }
    this.svg.append(this.cross);
  }

  x(index) {
    return WIDTH_OF_AXIS + (index / Math.max(1, this.history.count - 1)) * (this.width - WIDTH_OF_AXIS - 4);
  }

  y(value) {
    return HEIGHT - 20 - (value / this.top) * (HEIGHT - 28);
  }

  draw() {
    this.width = this.svg.clientWidth;
    if (!this.history || this.width === 0) return;
    let below = new Array(this.history.count).fill(0);
    this.drawn = this.lines.map((line) => {
      if (!this.isStacked) return { ...line, tops: line.values };
      const bottoms = below;
      below = below.map((sum, index) => sum + (line.values[index] ?? 0));
      return { ...line, bottoms, tops: below };
    });
    const largest = this.drawn.flatMap((line) => line.tops).reduce((most, one) => Math.max(most, one ?? 0), 0);
    const { top, steps } = scale(largest, this.unit);
    this.top = top;
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
    this.svg.replaceChildren(...this.axes(steps), ...this.drawn.map((line) => this.path(line)));
    this.describe();
    this.drawLegend();
    this.point(this.at);
  }

  axes(steps) {
    const parts = [];
    for (let step = 0; step <= steps; step += 1) {
      const value = (this.top * step) / steps;
      const y = Math.round(this.y(value)) + 0.5;
      const kind = step === 0 ? "base" : "rule";
      parts.push(element("line", { class: kind, x1: WIDTH_OF_AXIS, x2: this.width - 4, y1: y, y2: y }));
      parts.push(element("text", { x: WIDTH_OF_AXIS - 6, y: y + 4, "text-anchor": "end" }, figure(value, this.unit)));
    }
    const length = (this.history.count - 1) * this.history.step;
    const marks = this.width > 300 ? 3 : 2;
    for (let mark = 0; mark <= marks; mark += 1) {
      const anchor = mark === 0 ? "start" : mark === marks ? "end" : "middle";
      const x = WIDTH_OF_AXIS + (mark / marks) * (this.width - WIDTH_OF_AXIS - 4);
      const time = clock(this.history.end - length + (mark / marks) * length, true);
      parts.push(element("text", { x, y: HEIGHT - 5, "text-anchor": anchor }, time));
    }
    return parts;
  }

  /** A line with gaps where there was no sample; for stacked ones an area. */
  path(line) {
    let data = "";
    let isDrawing = false;
    line.tops.forEach((value, index) => {
      if (value === null || value === undefined) {
        isDrawing = false;
        return;
      }
      const point = `${this.x(index).toFixed(1)} ${this.y(value).toFixed(1)}`;
      const isAlone = !isDrawing && (line.tops[index + 1] ?? null) === null;
      data += isAlone ? `M${point}h0.1` : `${isDrawing ? "L" : "M"}${point}`;
      isDrawing = true;
    });
    if (!this.isStacked) return element("path", { class: look(line), d: data });
    const corner = (value, index) => `L${this.x(index).toFixed(1)} ${this.y(value).toFixed(1)}`;
    const back = line.bottoms.map(corner).reverse();
    return element("path", { class: `f${line.colour}`, d: data === "" ? "" : `${data}${back.join("")}Z` });
  }

  describe() {
    const newest = this.lines.map((line) => `${line.name} ${figure(line.values.at(-1), this.unit)}`).join(", ");
    const minutes = Math.round((this.history.count * this.history.step) / 60);
    const span = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
    const label = `${this.place.dataset.title}, last ${span}; now ${newest || "none"}. Arrow keys read single values.`;
    this.svg.setAttribute("aria-label", label);
  }

  /** The lines by name, each with its value of the moment that is pointed at. */
  drawLegend() {
    this.values = this.lines.map(() => element("b"));
    const items = this.lines.map((line, index) => {
      const sample = this.isStacked ? element("rect", { class: `f${line.colour}`, width: 20, height: 10 })
        : element("line", { class: look(line), x1: 0, x2: 20, y1: 5, y2: 5 });
      const name = this.lines.length > 1 || this.isStacked ? element("bdi", {}, line.name) : null;
      const picture = element("svg", { viewBox: "0 0 20 10", "aria-hidden": "true" }, sample);
      return element("li", {}, picture, name, " ", this.values[index]);
    });
    const shown = items.slice(0, MOST_NAMES);
    if (items.length > MOST_NAMES) shown.push(element("li", {}, `and ${items.length - MOST_NAMES} more, in the table`));
    this.legend.replaceChildren(...(items.length > 0 ? shown : [element("li", {}, "none")]));
  }

  /** The same values to read: at most 31 rows, and only while it is open. */
  fillTable() {
    if (!this.details.open || !this.history) return;
    const head = element("tr", {}, element("th", { scope: "col" }, "Time"),
      ...this.lines.map((line) => element("th", { scope: "col", class: "num" }, line.name)));
    const body = element("tbody");
    for (let index = this.history.count - 1; index >= 0; index -= Math.max(1, Math.round(this.history.count / 30))) {
      const time = this.history.end - (this.history.count - 1 - index) * this.history.step;
      body.append(element("tr", {}, element("th", { scope: "row" }, clock(time, false)),
        ...this.lines.map((line) => element("td", { class: "num" }, figure(line.values[index], this.unit)))));
    }
    this.table.replaceChildren(element("table", { class: "data" }, element("thead", {}, head), body));
  }
}

/** Draws the charts of a section, and draws them again with every sample. */
function drawCharts(section) {
  const charts = all("[data-chart]", section).map((place) => new Chart(place));
  let timer = 0;
  async function refresh() {
    clearTimeout(timer);
    if (document.hidden) return;
    let step = 5;
    try {
      const limit = AbortSignal.timeout(10000);
      const answer = await fetch(section.dataset.history, { signal: limit, headers: { Accept: "application/json" } });
      if (answer.ok) {
        const history = await answer.json();
        step = Math.min(Math.max(history.step, 2), 60);
        charts.forEach((chart) => chart.show(history));
      }
    } catch {
      // The page says elsewhere that the console does not answer; the charts keep what they have.
    }
    timer = setTimeout(refresh, step * 1000);
  }
  document.addEventListener("visibilitychange", refresh);
  refresh();
}

all("[data-history]").forEach(drawCharts);
