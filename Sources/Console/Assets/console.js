// The live parts of the console's pages: streams, checks as one types, trends, ages. Pages work without it.
"use strict";

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

/** An element with its attributes and children; texts become text nodes, never HTML. */
function element(name, attributes = {}, ...children) {
  const isDrawn = ["svg", "g", "path", "line", "text", "rect", "circle"].includes(name);
  const made = isDrawn ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

// MARK: Live streams

/** Keeps the live parts of the page fresh; says when it cannot. */
function follow(main, state) {
  let source = null;
  const waiting = {};
  const shown = new Map();
  let retry = 0;
  let timer = 0;
  let isOver = false;

  function say(text, kind) {
    state.hidden = false;
    state.className = `live ${kind}`;
    // Not said again to screen readers while it stays the same.
    if (state.textContent !== text) state.textContent = text;
  }

  /** After an error: the server ends streams now and then, and only a second failure in a row is a loss. */
  async function again() {
    close();
    retry += 1;
    if (retry > 1) {
      const answer = await fetch("/data/session", { signal: AbortSignal.timeout(5000) }).catch(() => null);
      if (answer?.status === 401) {
        say("", "lost");
        state.replaceChildren("Logged out. ", element("a", { href: location.href }, "Log in again"));
        return;
      }
      say("Connection lost; reconnecting", "lost");
    }
    clearTimeout(timer);
    timer = setTimeout(open, Math.min(retry, 5) * 1000);
  }

  /** Whether somebody is at work in it. */
  function isInUse(part) {
    const selection = document.getSelection();
    const isSelected = selection && !selection.isCollapsed && part.contains(selection.anchorNode);
    return part.contains(document.activeElement) || isSelected || find("details[open]", part) !== null;
  }

  function place() {
    for (const [id, html] of Object.entries(waiting)) {
      const part = document.getElementById(id);
      if (part && isInUse(part)) continue;
      delete waiting[id];
      // HTML of this server, rendered and escaped by the templates of the page itself.
      if (part && shown.get(id) !== html) {
        part.innerHTML = html;
        shown.set(id, html);
        decorate(part);
      }
    }
  }

  function open() {
    clearTimeout(timer);
    if (source || document.hidden || isOver) return;
    source = new EventSource(main.dataset.live);
    shown.clear();
    source.addEventListener("open", () => {
      retry = 0;
      say("Live", "");
    });
    source.addEventListener("fragment", (event) => {
      Object.assign(waiting, JSON.parse(event.data));
      place();
    });
    source.addEventListener("end", () => {
      isOver = true;
      close();
      state.hidden = true;
    });
    // The server ends a stream after a while, so that a session that is over does not live on in it.
    source.addEventListener("again", () => {
      close();
      open();
    });
    source.addEventListener("error", again);
  }

  function close() {
    clearTimeout(timer);
    if (source) source.close();
    source = null;
  }

  // Streams of hidden pages would use up the connections that a browser has for one host.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  document.addEventListener("focusout", () => setTimeout(place));
  document.addEventListener("selectionchange", place);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  say("Connecting", "quiet");
  open();
}

// MARK: Trends

/** A small line beside a number. */
function drawTrend(place) {
  const values = place.dataset.spark.split(",").map(Number);
  const most = Math.max(...values, 1);
  const step = 94 / Math.max(1, values.length - 1);
  const point = (value, index) => `${(1 + index * step).toFixed(1)} ${(18 - (value / most) * 16).toFixed(1)}`;
  const points = values.map(point);
  place.setAttribute("aria-hidden", "true");
  place.replaceChildren(element("svg", { viewBox: "0 0 96 20", class: "chart" },
    element("path", { class: "line s0", fill: "none", d: `M${points.join("L")}` })));
}

// MARK: Forms

/** Checks a form by the server's rules while it is typed in. */
function checkAsTyped(form) {
  const summary = find("[data-summary]", form);
  let timer = 0;
  let asked = null;

  function mark(field, message) {
    const place = find(`[data-problem="${CSS.escape(field)}"]`, form);
    const control = form.elements.namedItem(`field.${field}`) ?? form.elements.namedItem(field);
    if (place) place.textContent = message;
    if (control instanceof Element) {
      if (message) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
      if (place?.id) {
        const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
        control.setAttribute("aria-describedby", [...ids.add(place.id)].join(" "));
      }
    }
    return Boolean(place);
  }

  async function check() {
    asked?.abort();
    const own = (asked = new AbortController());
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.check, {
        method: "POST", body, signal: own.signal, headers: { Accept: "application/json" }, credentials: "same-origin",
      });
      if (!answer.ok || own.signal.aborted) return;
      const verdict = await answer.json();
      const messages = new Map(all("[data-problem]", form).map((place) => [place.dataset.problem, ""]));
      for (const { field, message } of verdict.problems) {
        messages.set(field, messages.get(field) ? `${messages.get(field)}; ${message}` : message);
      }
      const unplaced = [...messages].filter(([field, message]) => !mark(field, message) && message);
      if (!summary) return;
      summary.classList.toggle("problem", !verdict.ok);
      summary.replaceChildren(verdict.summary ?? "");
      const rest = unplaced.map(([field, message]) => element("li", {}, field ? `${field}: ${message}` : message));
      if (rest.length > 0) summary.append(element("ul", {}, ...rest));
    } catch {
      // Sending the form checks it again; without an answer nothing is said.
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, 300);
  });
}

/** A box that checks all others of its name. */
function selectAll(box) {
  const form = box.closest("form") ?? document;
  const others = () => all(`input[type=checkbox][name="${CSS.escape(box.dataset.selectAll)}"]`, form);
  box.hidden = false;
  box.addEventListener("change", () => others().forEach((other) => (other.checked = box.checked)));
  form.addEventListener("change", () => {
    const count = others().filter((other) => other.checked).length;
    box.checked = count > 0 && count === others().length;
    box.indeterminate = count > 0 && !box.checked;
  });
}

/** A button that copies a text; shown only where the browser lets a page copy. */
function copyOnClick(button) {
  button.hidden = !navigator.clipboard;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const text = button.dataset.copy || document.getElementById(button.dataset.copyFrom)?.textContent || "";
    button.textContent = await navigator.clipboard.writeText(text).then(() => "Copied", () => "Not copied");
    setTimeout(() => (button.textContent = label), 2000);
  });
}

// MARK: Times

/** The words of an age, or of a time to come. */
function age(iso) {
  const seconds = Math.round((Date.now() - Date.parse(iso)) / 1000);
  const size = Math.abs(seconds);
  const words = size < 60 ? `${size} s` : size < 3600 ? `${Math.floor(size / 60)} min`
    : size < 172800 ? `${Math.floor(size / 3600)} h` : `${Math.floor(size / 86400)} d`;
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}

function refreshAges(root = document) {
  for (const time of all("time[data-age]", root)) {
    const words = age(time.dateTime);
    if (time.textContent !== words && !words.includes("NaN")) time.textContent = words;
  }
}

/** What every part needs, whenever it comes into the page. */
function decorate(root) {
  refreshAges(root);
  all("[data-spark]", root).forEach(drawTrend);
  all("[data-copy], [data-copy-from]", root).forEach(copyOnClick);
  all("input[data-select-all]", root).forEach(selectAll);
}

decorate(document);
all("form[data-check]").forEach(checkAsTyped);
setInterval(refreshAges, 1000);
find(".menu a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
if (find("main[data-live]")) follow(find("main"), document.getElementById("connection"));
