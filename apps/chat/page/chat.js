// weir-chat in a browser: what was said comes from the server (link.js) onto the page (view.js).
// What a person must not lose by reloading the page lies in sessionStorage, a tab's own.
import { Link, newId } from "/link.js";
import { View } from "/view.js";

const by = (id) => document.getElementById(id);
const view = new View();

const kept = {
  get: (name, fallback) => JSON.parse(sessionStorage.getItem(name) ?? "null") ?? fallback,
  set: (name, value) => sessionStorage.setItem(name, JSON.stringify(value)),
};
const key = kept.get("secret", newId());
kept.set("secret", key);

let nick = kept.get("nick", localStorage.getItem("nick") ?? "");
let room = "";        // where the page is
let shown = "";       // whose messages it shows
let log = "";         // the order that the server keeps
let seen = null;      // the last message: {log, seq, id}
let known = new Set();  // ids of the last messages that are shown
const mostKnown = 2000;  // more than a room keeps
let people = [];
let rooms = [];
let unread = 0;
let typedAt = 0;
let longest = 2000;

const outbox = kept.get("outbox", []);

function roomOfAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1)).trim().replace(/^#/, "").toLowerCase() || "lobby";
  } catch {
    return "lobby";
  }
}

const link = new Link(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/chat`, {
  outbox,
  hello: () => ({ t: "hello", room, nick, key, ...(shown === room && seen ? { seen } : {}) }),
  maySend: (message) => message.room === room && !message.problem,
  onOutbox: showOutbox,
  onMessage: (message) => handlers[message.t]?.(message),
  onState: showState,
});

function showOutbox() {
  kept.set("outbox", outbox);
  const here = outbox.filter((message) => message.room === room);
  view.pending(here, link.ready ? "Sending …" : "Waiting for the connection …", {
    retry(id) {
      delete outbox.find((message) => message.id === id).problem;
      link.settle(null);
      showOutbox();
    },
    remove: (id) => link.settle(id),
  });
}

let lostBefore = false;
function showState(state) {
  const words = {
    connecting: lostBefore ? "Reconnecting …" : "Connecting …",
    lost: "Connection lost. Trying again …",
    offline: "You are offline. What you write is kept.",
    open: lostBefore ? "Connected again" : "Connected",
  };
  if (state === "lost" || state === "offline") lostBefore = true;
  if (state === "open") lostBefore = false;
  view.state(state, words[state]);
  showOutbox();
}

function showTitle() {
  document.title = `${unread > 0 ? `(${unread}) ` : ""}#${room} – weir-chat`;
}

function showPeople() {
  people.sort((a, b) => a.localeCompare(b));
  view.people(people, nick);
  showRooms();
}

/** As the server said last, but of this room we know better. */
function showRooms() {
  const others = rooms.filter(({ name }) => name !== room);
  view.rooms([{ name: room, people: people.length }, ...others], room);
}

function showCondition({ bus, history }) {
  const parts = [];
  if (bus) parts.push("Other servers cannot be reached: what you write gets there later.");
  if (history) parts.push("What is said is not written to disk now.");
  view.condition(parts.join(" "));
}

/** A message that is not on the page yet. */
function show(message) {
  if (known.has(message.id)) return;
  known.add(message.id);
  if (known.size > mostKnown) known.delete(known.values().next().value);
  const mine = outbox.some(({ id }) => id === message.id) || message.nick === nick;
  view.message(message, mine);
  if (outbox.some(({ id }) => id === message.id)) link.settle(message.id);
  if (document.hidden) {
    unread += 1;
    showTitle();
  }
}

const handlers = {
  welcome(message) {
    const back = shown === message.room && known.size > 0;
    if (!back) {
      view.clear();
      known = new Set();
      seen = null;
    }
    room = shown = message.room;
    nick = message.nick;
    kept.set("nick", nick);
    longest = message.longest;
    const overlaps = message.messages.some(({ id }) => known.has(id));
    view.quietly(() => {
      if (back && message.missed > 0) {
        view.note(message.missed === 1 ? "1 message is no longer kept"
                                       : `${message.missed} messages are no longer kept`, "gap");
      } else if (back && message.whole && message.messages.length > 0 && !overlaps) {
        view.note("Messages may be missing here", "gap");
      }
      for (const said of message.messages) show(said);
    });
    const last = message.messages.at(-1);
    if (last) seen = { log: message.log, seq: last.seq, id: last.id };
    else if (seen?.log !== message.log) seen = null;
    log = message.log;
    people = message.people;
    view.room(room);
    view.me(nick);
    showPeople();
    showCondition(message.condition);
    showTitle();
    link.welcomed();
    link.send({ t: "rooms" });
    if (!back) view.toEnd();
  },
  said(message) {
    if (message.room !== shown) return;
    show(message);
    seen = { log, seq: message.seq, id: message.id };
  },
  known: ({ id }) => link.settle(id),
  joined(message) {
    if (message.room !== shown) return;
    people.push(message.nick);
    showPeople();
    view.note(`${message.nick} has come`);
  },
  left(message) {
    if (message.room !== shown) return;
    people = people.filter((name, at) => at !== people.indexOf(message.nick));
    showPeople();
    view.typing(message.nick, false);
    view.note(`${message.nick} has left`);
  },
  renamed(message) {
    if (message.room !== shown) return;
    people = people.map((name) => (name === message.from ? message.to : name));
    showPeople();
    view.note(`${message.from} is now ${message.to}`);
  },
  named(message) {
    nick = message.nick;
    rememberName();
    view.me(nick);
    showPeople();
    by("name-dialog").close();
    by("text").focus();
  },
  typing(message) {
    if (message.room === shown && message.nick !== nick) view.typing(message.nick, true);
  },
  rooms(message) {
    rooms = message.rooms;
    showRooms();
  },
  condition: (message) => showCondition(message.condition),
  lost: ({ messages }) => view.note(
    messages > 0 ? `${messages} messages of other servers are missing or come late`
                 : "Messages of other servers may be missing", "gap"),
  refused({ id, why, retry }) {
    if (id === "hello" && retry) {
      room = roomOfAddress();
      view.room(room);
      return link.enterIn(retry);
    }
    if (id === "hello" || id === "nick") return refuseName(why, id);
    const message = outbox.find((one) => one.id === id);
    if (!message) return;
    if (retry) return link.retryIn(retry);
    message.problem = why;
    link.settle(null);
    showOutbox();
  },
  replaced() {
    link.stop();
    view.state("lost", "Open elsewhere");
    by("replaced-dialog").showModal();
  },
};
function refuseName(why, id) {
  if (id === "hello" && room !== "lobby" && !/nickname/.test(why)) {
    view.note(`You cannot go to #${room}: ${why}`, "gap");
    location.hash = "lobby";
    return;
  }
  by("name-problem").textContent = `${why}.`;
  if (!by("name-dialog").open) askName();
}

function rememberName() {
  kept.set("nick", nick);
  localStorage.setItem("nick", nick);
}

function askName() {
  by("name").value = nick;
  by("name-dialog").showModal();
  by("name").select();
}

function begin() {
  room = roomOfAddress();
  view.room(room);
  showTitle();
  link.start();
  by("text").focus();
}

by("name-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = by("name").value.trim();
  if (wanted === "") return;
  by("name-problem").textContent = "";
  if (link.ready) {
    link.send({ t: "nick", nick: wanted });
    return;
  }
  nick = wanted;
  rememberName();
  by("name-dialog").close();
  if (room === "") begin();
  else link.enter();
});
by("name-dialog").addEventListener("cancel", (event) => {
  if (nick === "") event.preventDefault();
});
by("me").addEventListener("click", askName);
by("replaced-dialog").addEventListener("close", () => link.start());

by("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = by("text").value.trim();
  if (text === "") return;
  if ([...text].length > longest) {
    by("hint").textContent = `That is ${[...text].length} characters; ${longest} can be sent at once.`;
    return;
  }
  by("hint").textContent = "";
  by("text").value = "";
  fitText();
  typedAt = 0;
  view.toEnd();
  link.say({ id: newId(), room, text });
});
by("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  by("say").requestSubmit();
});
by("text").addEventListener("input", () => {
  fitText();
  if (by("text").value === "" || Date.now() - typedAt < 2_500) return;
  typedAt = Date.now();
  link.send({ t: "typing" });
});

function fitText() {
  const text = by("text");
  text.rows = Math.min(6, text.value.split("\n").length);
}

by("room-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = by("room-name").value.trim().replace(/^#/, "").replace(/\s+/g, "-");
  if (name === "") return;
  by("room-name").value = "";
  location.hash = encodeURIComponent(name);
});
addEventListener("hashchange", () => {
  closePanels();
  if (roomOfAddress() === room || nick === "") return;
  room = roomOfAddress();
  view.room(room);
  showOutbox();
  link.enter();
  by("text").focus();
});

// On a narrow page rooms and people are panels over it.
function closePanels() {
  for (const name of ["rooms", "people"]) {
    by(name).classList.remove("open");
    by(`${name}-button`).setAttribute("aria-expanded", "false");
  }
}
for (const name of ["rooms", "people"]) {
  by(`${name}-button`).addEventListener("click", () => {
    const opens = !by(name).classList.contains("open");
    closePanels();
    by(name).classList.toggle("open", opens);
    by(`${name}-button`).setAttribute("aria-expanded", String(opens));
    if (opens && name === "rooms") link.send({ t: "rooms" });
  });
}
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".panel.open");
  closePanels();
  if (open) by(`${open.id}-button`).focus();
});

setInterval(() => {
  if (link.ready && !document.hidden) link.send({ t: "rooms" });
}, 20_000);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  showTitle();
});

if (nick === "") askName();
else begin();
