// View: what is on the page. Text of others comes in as text, never as markup.

const mostShown = 1000;
const togetherWithin = 5 * 60_000;
const colours = 8;

const by = (id) => document.getElementById(id);

function element(name, classes, text) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

function colourOf(nick) {
  let sum = 0;
  for (const character of nick) sum = (sum * 31 + character.codePointAt(0)) >>> 0;
  return `colour-${sum % colours}`;
}

/** The text with its addresses as links. */
function withLinks(text) {
  const whole = element("div", "text");
  const address = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]']/g;
  let end = 0;
  for (const found of text.matchAll(address)) {
    whole.append(text.slice(end, found.index));
    const link = element("a", "", found[0]);
    link.href = found[0];
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    whole.append(link);
    end = found.index + found[0].length;
  }
  whole.append(text.slice(end));
  return whole;
}

function timeElement(at) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const made = element("time", "", today ? time : `${date.toLocaleDateString()} ${time}`);
  made.dateTime = date.toISOString();
  return made;
}

export class View {
  #log = by("log");
  #pending = by("pending");
  #scroll = by("scroll");
  #last = null;  // the message above, to stand together with
  #atEnd = true;
  #typing = new Map();  // nick -> timer

  constructor() {
    this.#scroll.addEventListener("scroll", () => {
      const left = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight;
      this.#atEnd = left < 40;
      if (this.#atEnd) by("latest").hidden = true;
    });
    by("latest").addEventListener("click", () => {
      this.toEnd();
      by("text").focus();
    });
    new ResizeObserver(() => this.#follow()).observe(this.#scroll);
  }

  toEnd() {
    this.#atEnd = true;
    this.#follow();
  }

  clear() {
    this.#log.replaceChildren();
    this.#last = null;
    for (const timer of this.#typing.values()) clearTimeout(timer);
    this.#typing.clear();
    this.#showTyping();
  }

  /** Many at once are not read out one by one. */
  quietly(work) {
    this.#log.setAttribute("aria-live", "off");
    work();
    setTimeout(() => this.#log.setAttribute("aria-live", "polite"), 200);
  }

  message(message, mine) {
    const item = element("li", mine ? "message mine" : "message");
    const together = this.#last !== null && this.#last.nick === message.nick &&
      message.at - this.#last.at < togetherWithin && this.#last.mine === mine;
    const head = element("div", together ? "head unseen" : "head");
    head.append(element("b", `nick ${colourOf(message.nick)}`, message.nick), " ", timeElement(message.at));
    item.append(head, withLinks(message.text));
    item.title = new Date(message.at).toLocaleString();
    if (together) item.classList.add("together");
    this.#last = { nick: message.nick, at: message.at, mine };
    this.#append(item, mine);
    this.typing(message.nick, false);
  }

  note(text, kind = "") {
    this.#last = null;
    this.#append(element("li", `note ${kind}`, text), false);
  }

  /** outbox: {id, room, text, problem}; actions: retry(id), remove(id). */
  pending(outbox, why, actions) {
    this.#pending.replaceChildren(...outbox.map((message) => {
      const item = element("li", message.problem ? "message mine refused" : "message mine pending");
      item.append(withLinks(message.text));
      const foot = element("div", "foot", message.problem ? `Not sent: ${message.problem}. ` : why);
      if (message.problem) {
        for (const [name, action] of [["Try again", actions.retry], ["Remove", actions.remove]]) {
          const button = element("button", "quiet", name);
          button.type = "button";
          button.addEventListener("click", () => action(message.id));
          foot.append(button, " ");
        }
      }
      item.append(foot);
      return item;
    }));
    this.#follow();
  }

  people(nicks, me) {
    by("people-number").textContent = `(${nicks.length})`;
    by("people-list").replaceChildren(...nicks.map((nick) => {
      const item = element("li");
      item.append(element("span", `nick ${colourOf(nick)}`, nick));
      if (nick === me) item.append(element("span", "small", " (you)"));
      return item;
    }));
  }

  rooms(rooms, current) {
    by("room-list").replaceChildren(...rooms.map(({ name, people }) => {
      const item = element("li");
      const link = element("a", "", `#${name}`);
      link.href = `#${encodeURIComponent(name)}`;
      if (name === current) link.setAttribute("aria-current", "page");
      const number = element("span", "small", people === 0 ? "" : String(people));
      if (people > 0) number.append(element("span", "unseen", people === 1 ? " person" : " people"));
      link.append(" ", number);
      item.append(link);
      return item;
    }));
  }

  room(name) {
    by("room").textContent = `#${name}`;
  }

  me(nick) {
    by("nick").textContent = nick;
  }

  state(kind, text) {
    by("state").dataset.kind = kind;
    by("state").textContent = text;
  }

  condition(text) {
    by("condition").hidden = text === "";
    by("condition").textContent = text;
  }

  typing(nick, begins) {
    clearTimeout(this.#typing.get(nick));
    if (begins) {
      this.#typing.set(nick, setTimeout(() => this.typing(nick, false), 5_000));
    } else if (!this.#typing.delete(nick)) {
      return;
    }
    this.#showTyping();
  }

  #showTyping() {
    const nicks = [...this.#typing.keys()];
    by("typing").textContent = nicks.length === 0 ? ""
      : nicks.length === 1 ? `${nicks[0]} is typing …`
      : nicks.length <= 3 ? `${nicks.slice(0, -1).join(", ")} and ${nicks.at(-1)} are typing …`
      : "Several people are typing …";
  }

  #append(item, mine) {
    this.#log.append(item);
    while (this.#log.children.length > mostShown) this.#log.firstElementChild.remove();
    if (mine) this.#atEnd = true;
    this.#follow();
  }

  #follow() {
    if (this.#atEnd) {
      this.#scroll.scrollTop = this.#scroll.scrollHeight;
    } else {
      by("latest").hidden = false;
    }
  }
}
