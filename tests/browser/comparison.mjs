// A comparison as `weir-bench compare` would write it: thirteen contestants, 1 to 10,000
// connections, skipped ones and some without a result, and texts that are markup. Always the same.

/** Noise that is the same each time: shares around 1. */
function* noise(width) {
  for (let state = 7; ; ) {
    state = (state * 16807) % 2147483647;
    yield 1 + width * (state / 2147483647 - 0.5);
  }
}
const few = noise(0.03);
const rounds_of = (cost, spread = 1) =>
  Array.from({ length: 7 }, () => cost * (1 + (few.next().value - 1) * spread));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// Name, cost of a message against the floor at 1 connection and at 10,000.
const contestants = [
  ["C epoll", 1, 1],
  ["C select", 1.02, 14],
  ["C threads", 0.93, 1.9],
  ["Asio callbacks", 1.2, 1.31],
  ["Asio coroutines", 1.45, 1.5],
  ["libuv", 1.12, 1.2],
  ["libevent", 1.25, 1.32],
  ["libev", 1.08, 1.1],
  ["Node", 6.2, 4.8],
  ["Go", 2.6, 2.2],
  ["Rust tokio <mio & co>", 1.18, 1.25],
  ["weir asio", 1.15, 1.14],
  ["weir epoll", 1.01, 1.005],
];

const role_of = (name) => (name.startsWith("weir") ? "weir" : name.startsWith("C ") ? "floor" : "peer");

function latency(cost) {
  return [50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99].map((percent) => [
    percent,
    Math.round(cost * 60 * (1 - Math.log10(1 - percent / 100) ** 2 * -0.9)),
  ]);
}

function entries_of(place, at, floor, skipped, doubtful) {
  const base = rounds_of(floor);
  return contestants.map(([name, low, high]) => {
    const command = [`/usr/local/bin/${name.replace(/\W/g, "-")}`, "echo", "it's $HOME & 0"];
    if (skipped[name]) return { name, role: role_of(name), command: [], skipped: skipped[name] };
    const ratio = low + ((high - low) * place) / 4;
    const is_base = name === "C epoll";
    const ratios = rounds_of(ratio, doubtful[name] ? 9 : 1);
    const rounds = is_base ? base : ratios.map((each, i) => each * base[i]);
    const cost = median(rounds);
    const entry = { name, role: role_of(name), command, median: cost, lowest: Math.min(...rounds), highest: Math.max(...rounds), rounds };
    if (!is_base) Object.assign(entry, { ratio: median(ratios), ratios });
    if (doubtful[name]) entry.no_result = doubtful[name];
    entry.beside = { client_busy: 0.61, messages_per_second: 9.2e8 / cost, user_share: 0.12 };
    entry.latency = latency(cost * Math.sqrt(at));
    return entry;
  });
}

const row = (id, more) => ({
  id, suite: id.split("/")[0], chart: "", axis: "", at: 0, title: "", what: "", figure: "cpu",
  per: "message", base: "C epoll", command: `weir-bench compare peers --only ${id}`, entries: [], ...more,
});

function simple(names, costs) {
  const base = costs[0];
  return names.map((name, i) => {
    const entry = { name, role: role_of(name), command: [name], median: costs[i], lowest: costs[i], highest: costs[i], rounds: [costs[i]] };
    return i === 0 ? entry : { ...entry, ratio: costs[i] / base, ratios: [costs[i] / base] };
  });
}

export function comparison() {
  const rows = [1, 64, 1000, 10000].map((at, place) =>
    row(`peers/ping-pong/64/${at}`, {
      chart: "Ping-pong of 64 B", axis: "connections", at,
      title: `${at.toLocaleString("en")} connection${at > 1 ? "s" : ""}`,
      what: "Each connection sends 64 bytes, awaits them, and sends the next.",
      entries: entries_of(place, at, 2400 + 300 * place, at > 1000
        ? { "C select": "select() serves descriptors below 1,024 only", Go: "weir-peer-go is not built" }
        : { Go: "weir-peer-go is not built" },
      at === 1000 ? { "weir asio": "from lowest to highest the ratios spread over 14.2% of their median, more than 10.0%" } : {}),
    }));
  rows.push(row("peers/bulk", {
    chart: "Bulk throughput", title: "4 connections, 64 KiB, 16 in flight", per: "64 KiB",
    what: "As many bytes as go through, there and back.",
    entries: entries_of(2, 4, 18000, { Node: "<script>alert(1)</script>" }, {
      libuv: "from lowest to highest the ratios spread over 12.0% of their median, more than 10.0%",
    }),
  }));
  rows.push(row("peers/idle/9999", {
    chart: "Memory of an idle connection", title: "9,999 connections", figure: "memory", per: "connection",
    what: "User memory that so many connections add which have never said anything.",
    entries: simple(["C epoll", "libuv", "Node", "weir asio", "weir epoll"], [96, 412, 5210, 1216, 208]),
  }));
  for (const at of [1, 16, 128]) {
    rows.push(row(`servers/calls/${at}`, {
      chart: "System calls of the server", title: `${at} in flight`, axis: "in flight", at,
      figure: "system_calls", what: "Counted with strace, of 20,000 messages.",
      entries: simple(["C epoll", "Asio coroutines", "weir epoll"], [2.02 / at, 4.1 / at, 2.03 / at]),
    }));
  }
  rows.push(row("servers/allocations", {
    chart: "Allocations of the server", title: "64 B frames", figure: "allocations",
    what: "Counted, in a steady state.", base: "redis-server",
    entries: simple(["redis-server", "weir asio", "weir epoll"], [1.2, 0, 0]),
  }));
  return {
    "weir-bench": 1, suite: "full", started: "2026-11-22T15:00:00Z", seconds: 1234.5,
    command: "weir-bench compare full --out before", machine: [
      ["CPU", "Intel(R) Xeon(R) Processor @ 2.80GHz, 2 processors"],
      ["kernel", "Linux 6.1.0-28-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)"],
      ["compiler", "GCC 12.2.0, -O2"], ["redis-server", "7.0.15"],
    ],
    settings: [["rounds", "7 of 0.70 s, after 0.23 s of warm-up"], ["no result", "where paired ratios spread over more than 10% of their median"]],
    rows,
  };
}
