// The inspector's page: asks the server each second, and shows what it answers. It draws its charts
// itself and asks no other host. What peers brought is only ever set as text.
"use strict";

const page_size = 50; // connections shown at once
const most_moments = 300;
const $ = (id) => document.getElementById(id);

// --- words -------------------------------------------------------------------------------------

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Three digits that matter, and a unit. */
function scaled(value, units, step) {
  let at = 0;
  while (Math.abs(value) >= step && at + 1 < units.length) {
    value /= step;
    ++at;
  }
  const digits = value >= 100 || value === 0 || (at === 0 && Number.isInteger(value)) ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits) + units[at];
}
const bytes = (value) => scaled(value, [" B", " KiB", " MiB", " GiB", " TiB"], 1024);
const count = (value) => scaled(value, ["", "K", "M", "G"], 1000);
const rate = (value) => count(value) + "/s";
const byte_rate = (value) => bytes(value) + "/s";

/** Seconds as a person says them: "12 µs", "3.40 ms", "2 min 5 s". */
function time(seconds) {
  if (seconds < 0) seconds = 0;
  if (seconds < 60) return seconds < 1 ? scaled(seconds * 1e9, [" ns", " µs", " ms"], 1000) : scaled(seconds, [" s"], 1e9);
  const minutes = Math.floor(seconds / 60);
  const both = (large, small) => large + (small.startsWith("0 ") ? "" : ` ${small}`);
  if (minutes < 60) return both(`${minutes} min`, `${Math.floor(seconds % 60)} s`);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return both(`${hours} h`, `${minutes % 60} min`);
  return both(`${Math.floor(hours / 24)} d`, `${hours % 24} h`);
}
/** How long ago, or for how long: no finer than a tenth of a second. */
const ago = (seconds) => (seconds < 60 ? `${seconds.toFixed(1)} s` : time(seconds));

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
function set_text(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// --- asking ------------------------------------------------------------------------------------

/** The token comes behind '#token=', so that it is never sent to be logged, or from the form. */
let token = sessionStorage.getItem("weir-token") ?? "";
const hash = new URLSearchParams(location.hash.slice(1));
if (hash.has("token")) {
  token = hash.get("token");
  sessionStorage.setItem("weir-token", token);
  history.replaceState(null, "", location.pathname);
}

async function ask(path, options = {}) {
  const headers = { "X-Weir-Inspector": "1", ...options.headers };
  if (token !== "") headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, { ...options, headers, signal: AbortSignal.timeout(5000) });
  if (response.status === 401) {
    $("login").hidden = false;
    $("main").hidden = true;
    throw new Error(token === "" ? "A token is needed." : "This is not the token.");
  }
  if (!response.ok && response.status !== 202) throw new Error((await response.text()).trim());
  return response;
}

function notice(text) {
  $("notice").hidden = text === "";
  set_text($("notice"), text);
}

// --- charts ------------------------------------------------------------------------------------

const width = 300;
const height = 100;

/** The next of 1, 2, 5, 10, ... (in 1024ths for bytes) that is not below `value`. */
function ceiling(value, base) {
  if (!(value > 0)) return 0;
  let unit = 1;
  while (value / unit >= base) unit *= base;
  while (value / unit < 1) unit /= base;
  const part = value / unit;
  for (const nice of [1, 2, 5, 10, 20, 50, 100, 200, 500, base]) {
    if (part <= nice) return nice * unit;
  }
  return value;
}

class Chart {
  /** `lines`: [{name, key}], one or two; `show` says a value; `least` is the least top. */
  constructor({ title, lines, show, base = 1000, least }) {
    Object.assign(this, { title, lines, show, base, least });
    const figure = element("figure", undefined, { id: `chart-${lines[0].key}` });
    const caption = element("figcaption");
    caption.append(element("b", title));
    const values = element("span");
    this.values = lines.map((line, i) => {
      const value = element("span", "", { class: `value ${i === 0 ? "one" : "two"}` });
      values.append(value);
      return value;
    });
    caption.append(values);
    const plot = element("div", undefined, { class: "plot" });
    this.drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img" });
    for (const y of [1, height / 2]) this.drawing.append(svg("line", { class: "grid", x1: 0, x2: width, y1: y, y2: y }));
    this.area = svg("path", { class: "area" });
    this.paths = lines.map((line, i) => svg("path", { class: i === 0 ? "line" : "line second" }));
    this.drawing.append(this.area, ...this.paths);
    this.top = element("span", "", { class: "top" });
    plot.append(this.drawing, this.top);
    const axis = element("div", undefined, { class: "axis", "aria-hidden": "true" });
    this.begin = element("span");
    axis.append(this.begin, element("span", "now"));
    figure.append(caption, plot, axis);
    $("charts").append(figure);
  }

  draw(moments) {
    const span = Math.max(60, Math.min(most_moments, moments.length));
    const shown = moments.slice(-span);
    let most = this.least;
    for (const moment of shown) for (const { key } of this.lines) most = Math.max(most, moment[key]);
    const top = ceiling(most, this.base);
    set_text(this.top, this.show(top));
    set_text(this.begin, `${time(span)} ago`);
    const x = (i) => (width * (i + 1 + span - shown.length)) / span;
    const y = (value) => height - 2 - ((height - 4) * value) / top;
    this.lines.forEach(({ key }, i) => {
      const points = shown.map((moment, at) => `${x(at).toFixed(1)},${y(moment[key]).toFixed(1)}`);
      this.paths[i].setAttribute("d", points.length < 2 ? "" : `M${points.join("L")}`);
      if (i === 0) this.area.setAttribute("d", points.length < 2 ? "" : `M${x(0).toFixed(1)},${height}L${points.join("L")}L${width},${height}Z`);
    });
    const last = shown.at(-1);
    if (last === undefined) return;
    const said = this.lines.map(({ name, key }) => `${name} ${this.show(last[key])}`);
    this.values.forEach((value, i) => set_text(value, said[i]));
    this.drawing.setAttribute("aria-label", `${this.title}: now ${said.join(", ")}; the top of the chart is ${this.show(top)}`);
  }
}

const charts = [
  new Chart({ title: "Bytes", lines: [{ name: "in", key: "bytes_in" }, { name: "out", key: "bytes_out" }], show: byte_rate, base: 1024, least: 1024 }),
  new Chart({ title: "Work", lines: [{ name: "frames", key: "frames" }, { name: "calls", key: "calls" }], show: rate, least: 10 }),
  new Chart({ title: "Handlers", lines: [{ name: "p99", key: "p99" }, { name: "p50", key: "p50" }], show: time, least: 1e-6 }),
  new Chart({ title: "Loop lag", lines: [{ name: "worst", key: "lag" }], show: time, least: 1e-3 }),
  new Chart({ title: "Connections", lines: [{ name: "open", key: "active" }, { name: "new/s", key: "accepted" }], show: count, least: 10 }),
  new Chart({ title: "Queues", lines: [{ name: "waiting", key: "queued" }], show: bytes, base: 1024, least: 1024 }),
];

// --- tables ------------------------------------------------------------------------------------

/** Keeps a row for each key, so that a focus, or an opened list, stays where it is. */
class Table {
  constructor(id, make, fill) {
    this.table = $(id);
    this.body = this.table.tBodies[0];
    this.labels = [...this.table.tHead.rows[0].cells].map((cell) => cell.textContent);
    this.rows = new Map();
    Object.assign(this, { make, fill });
  }
  show(items, key) {
    const left = new Set(this.rows.keys());
    let before = null;
    for (const item of items) {
      const name = key(item);
      let row = this.rows.get(name);
      if (row === undefined) {
        row = element("tr");
        this.labels.forEach((label, i) => row.append(i === 0 ? element("th", "", { scope: "row" }) : element("td", "", { "data-label": label })));
        if (this.make) this.make(row, item);
        this.rows.set(name, row);
      }
      left.delete(name);
      const place = before === null ? this.body.firstChild : before.nextSibling;
      if (place !== row) this.body.insertBefore(row, place);
      before = row;
      this.fill(row, item);
    }
    for (const name of left) {
      const row = this.rows.get(name);
      const beside = row.nextElementSibling ?? row.previousElementSibling;
      const focused = row.contains(document.activeElement);
      row.remove();
      this.rows.delete(name);
      // Who works by keyboard stays at the table.
      if (focused) (beside?.querySelector("button") ?? $("pause")).focus();
    }
    const empty = this.table.parentElement.querySelector(".empty");
    if (empty !== null) {
      empty.hidden = items.length !== 0;
      this.table.hidden = items.length === 0;
    }
  }
}

function fill_cells(row, texts) {
  texts.forEach((text, i) => {
    if (text !== null) set_text(row.cells[i], text);
  });
}

const pairs = (id) => new Table(id, null, (row, [name, value]) => fill_cells(row, [name, value]));
const first = (pair) => pair[0];

const routes = new Table("routes", null, (row, route) => {
  fill_cells(row, [route.name === "*" ? "* (no route)" : route.name, whole.format(route.calls), whole.format(route.in_flight), whole.format(route.failed), ...["mean", "p50", "p90", "p99"].map((key) => time(route[key]))]);
  row.cells[3].classList.toggle("bad", route.failed !== 0);
});
const loops = new Table("loops", null, (row, loop) => {
  fill_cells(row, [String(loop.number), whole.format(loop.connections), time(loop.lag), loop.stalled ? `${loop.in || "no route"}, stalled` : loop.in || "no handler"]);
  row.classList.toggle("bad", loop.stalled);
});
const stalls = new Table("stalls", null, (row, stall) => {
  fill_cells(row, [stall.route || "no route", String(stall.loop), `${ago(Math.max(0, uptime - stall.began))} ago`, time(stall.lasted) + (stall.over ? "" : " so far")]);
});
const closed = pairs("closed");
const totals = pairs("totals");
const figures = pairs("figures");

const connections = new Table(
  "connections",
  (row, info) => {
    row.cells[0].append(element("span"), element("span", "", { class: "small" }));
    const frames = row.cells[7];
    frames.className = "frames";
    const details = element("details");
    details.append(element("summary"), element("ol", undefined, { class: "frames" }));
    frames.append(details);
    const close = element("button", "Close", { type: "button", class: "close", "aria-label": `Close the connection of ${info.peer}` });
    close.addEventListener("click", () => close_connection(info.id, close));
    row.cells[8].className = "action";
    row.cells[8].append(close);
  },
  (row, info) => {
    const [peer, about] = row.cells[0].children;
    set_text(peer, info.peer);
    const words = [info.upstream ? `to ${info.upstream}` : info.service, `loop ${info.loop}`];
    if (info.handlers_out !== 0) words.push(`${info.handlers_out} calls out`);
    if (!info.reading) words.push("not read");
    if (info.ending) words.push("ending");
    if (info.stale) words.push("as it was before its loop stalled");
    set_text(about, words.join(", "));
    fill_cells(row, [null, ago(info.age), ago(info.quiet), bytes(info.queued), bytes(info.bytes_in), bytes(info.bytes_out), whole.format(info.frames)]);
    row.cells[3].classList.toggle("warn", info.queued !== 0);
    row.classList.toggle("stale", info.stale);
    const [summary, list] = row.cells[7].firstChild.children;
    const recent = info.recent.slice().reverse();
    set_text(summary, recent.length === 0 ? "none" : say_frame(recent[0]));
    while (list.children.length < recent.length) list.append(element("li"));
    while (list.children.length > recent.length) list.lastChild.remove();
    recent.forEach((frame, i) => set_text(list.children[i], say_frame(frame)));
    if (info.ending) set_text(row.cells[8].firstChild, "Cut");
  },
);

function say_frame(frame) {
  if (frame.frames === 0) return `sent ${bytes(frame.out)}, ${ago(frame.ago)} ago`;
  const many = frame.frames === 1 ? "" : `${whole.format(frame.frames)} frames, `;
  return `${many}${bytes(frame.in)} in, ${bytes(frame.out)} out, ${time(frame.took)}, ${ago(frame.ago)} ago`;
}

async function close_connection(id, button) {
  // Not disabled, for that would take the focus from it.
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await ask(`/connections/${id}/close`, { method: "POST" });
    notice("");
  } catch (error) {
    notice(`The connection was not closed: ${error.message}`);
  }
  button.removeAttribute("aria-disabled");
  await list_connections();
}

// --- showing -----------------------------------------------------------------------------------

const moments = [];
let from = 0;
let paused = false;
let uptime = 0;

const phases = { serving: "good", starting: "warn", draining: "warn", stopped: "bad" };
function show_phase(phase) {
  set_text($("phase"), phase);
  $("phase").className = `pill ${phases[phase] ?? "bad"}`;
}

function show_snapshot(now) {
  if (now.uptime < uptime) moments.length = 0; // another process
  uptime = now.uptime;
  const known = moments.at(-1)?.number ?? 0;
  moments.push(...now.history.filter((moment) => moment.number > known));
  moments.splice(0, Math.max(0, moments.length - most_moments));
  for (const chart of charts) chart.draw(moments);
  set_text($("window"), moments.length <= 60 ? "minute" : `${Math.ceil(moments.length / 60)} minutes`);

  const name = now.name || "weir";
  set_text($("name"), name);
  document.title = `${name} inspector`;
  show_phase(now.phase);
  const threads = now.threads === "per-connection" ? "a thread a connection" : now.threads === "1" ? "1 loop" : `${now.threads} loops`;
  set_text($("facts"), `${now.listening.join(", ")} · ${now.backend}, ${threads} · up ${time(Math.floor(now.uptime))} · weir ${now.version}`);
  if (document.activeElement !== $("level")) $("level").value = now.log_level;

  routes.show(now.routes, (route) => route.name);
  loops.show(now.loops, (loop) => loop.number);
  $("stalls-section").hidden = now.stalls.length === 0;
  stalls.show(now.stalls.slice().reverse(), (stall) => `${stall.loop} ${stall.began}`);
  closed.show(Object.entries(now.closed).sort((a, b) => b[1] - a[1]).map(([reason, times]) => [reason.replaceAll("_", " "), whole.format(times)]), first);
  const total = now.totals;
  totals.show([
    ["Accepted", whole.format(total.accepted)],
    ["Open, of at most", `${whole.format(total.active)} of ${whole.format(now.most_connections)}`],
    ["Bytes in", bytes(total.bytes_in)],
    ["Bytes out", bytes(total.bytes_out)],
    ["Frames", whole.format(total.frames_in)],
    ["Handlers that failed", whole.format(total.handler_failures)],
    ["Pauses for slow peers", whole.format(total.pauses)],
    ["Refused: limit, backend", `${whole.format(total.refused_limit)}, ${whole.format(total.refused_backend)}`],
    ["Accepting paused, shed", `${whole.format(total.accept_pauses)}, ${whole.format(total.accept_shed)}`],
    ["Handshakes failed, late", `${whole.format(total.handshakes_failed)}, ${whole.format(total.handshakes_late)}`],
    ["Stalls", whole.format(total.stalls)],
  ], first);
  $("figures-section").hidden = now.figures.length === 0;
  figures.show(now.figures.map((figure) => {
    const labels = Object.values(figure.labels).join(", ");
    return [figure.name + (labels === "" ? "" : ` (${labels})`), count(figure.value)];
  }), first);
}

async function list_connections() {
  const list = await (await ask(`/connections?from=${from}&limit=${page_size}`)).json();
  if (list.total !== 0 && from >= list.total) {
    from = Math.floor((list.total - 1) / page_size) * page_size;
    return list_connections();
  }
  connections.show(list.connections, (info) => info.id);
  const last = Math.min(list.from + page_size, list.total);
  set_text($("shown"), list.total > page_size ? `${whole.format(list.from + 1)} to ${whole.format(last)} of ${whole.format(list.total)}` : whole.format(list.total));
  $("previous").disabled = from === 0;
  $("next").disabled = list.next === null;
}

let refused = false;
async function poll() {
  try {
    if (!paused && !document.hidden) {
      const known = moments.at(-1)?.number ?? 0;
      const now = await (await ask(`/snapshot?since=${known}`)).json();
      $("login").hidden = true;
      $("main").hidden = false;
      // A server that was started anew counts from the beginning again.
      if (now.uptime < uptime) moments.length = uptime = 0;
      show_snapshot(now);
      await list_connections();
      if (refused) notice("");
      refused = false;
    }
  } catch (error) {
    refused = true;
    const lost = error instanceof TypeError || error.name === "TimeoutError";
    if (lost) show_phase("not reached");
    notice(lost ? "The inspector does not answer; asking again." : error.message);
  }
  setTimeout(poll, 1000);
}

$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  set_text($("pause"), paused ? "Go on" : "Pause");
});
$("level").addEventListener("change", async () => {
  try {
    await ask("/log-level", { method: "POST", body: $("level").value });
    notice("");
  } catch (error) {
    notice(`The log level was not set: ${error.message}`);
  }
});
$("previous").addEventListener("click", () => {
  from = Math.max(0, from - page_size);
  list_connections().catch((error) => notice(error.message));
});
$("next").addEventListener("click", () => {
  from += page_size;
  list_connections().catch((error) => notice(error.message));
});
$("login").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("token").value;
  sessionStorage.setItem("weir-token", token);
  $("token").value = "";
  $("login").hidden = true;
  notice("");
});
poll();
