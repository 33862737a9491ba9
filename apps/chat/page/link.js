// Link: one WebSocket at a time, made again whenever it ends; and the outbox: what was written is
// kept here, in order, until the server has it, whatever happens to the network meanwhile.
//
//     say() --> [ pending pending ]  --> one at a time --> server --> "said" with its id: it is out
//
// A message has an id of its own, so one that is sent again is not doubled.

const firstWait = 500;
const longestWait = 10_000;
const pingEvery = 10_000;
const answerWithin = 6_000;

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Link {
  #url;
  #hooks;
  #socket = null;
  #ready = false;  // the server has said welcome
  #wait = firstWait;
  #timer = 0;  // of the next attempt, to connect or to come in
  #heartbeat = 0;
  #heardAt = 0;
  #inFlight = null;
  #stopped = true;

  /** hooks: hello() -> what to say first; onMessage(message); onState(state, secondsToWait);
   *  outbox: an array of {id, room, text} that is kept; onOutbox(): it has changed. */
  constructor(url, hooks) {
    this.#url = url;
    this.#hooks = hooks;
    addEventListener("online", () => this.#connectNow());
    addEventListener("offline", () => this.#lose());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#connectNow();
    });
  }

  get ready() {
    return this.#ready;
  }

  start() {
    this.#stopped = false;
    this.#connectNow();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#close();
  }

  /** False when it is not connected. */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Says hello anew: another room. */
  enter() {
    clearTimeout(this.#timer);
    this.#ready = false;
    this.#inFlight = null;
    if (!this.send(this.#hooks.hello())) this.#connectNow();
  }

  /** The same, a little later: the server has asked for some patience. */
  enterIn(milliseconds) {
    this.#ready = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.enter(), milliseconds);
  }

  say(message) {
    this.#hooks.outbox.push(message);
    this.#hooks.onOutbox();
    this.#sendNext();
  }

  /** The server has it, or it is not to be sent. */
  settle(id) {
    const at = this.#hooks.outbox.findIndex((message) => message.id === id);
    if (this.#inFlight === id) this.#inFlight = null;
    if (at >= 0) {
      this.#hooks.outbox.splice(at, 1);
      this.#hooks.onOutbox();
    }
    this.#sendNext();
  }

  retryIn(milliseconds) {
    setTimeout(() => {
      this.#inFlight = null;
      this.#sendNext();
    }, milliseconds);
  }

  welcomed() {
    this.#ready = true;
    this.#wait = firstWait;
    this.#hooks.onState("open");
    this.#sendNext();
  }

  #sendNext() {
    if (!this.#ready || this.#inFlight !== null) return;
    const next = this.#hooks.outbox.find((message) => this.#hooks.maySend(message));
    if (next && this.send({ t: "say", id: next.id, text: next.text })) this.#inFlight = next.id;
  }

  #connectNow() {
    if (this.#stopped || (this.#socket && this.#socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.#timer);
    this.#hooks.onState("connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.onopen = () => this.send(this.#hooks.hello());
    socket.onmessage = (event) => {
      this.#heardAt = Date.now();
      if (socket === this.#socket) this.#hooks.onMessage(JSON.parse(event.data));
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lose();
    };
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#beat(), 2_000);
  }

  // A connection that the network has dropped does not say so.
  #beat() {
    const silence = Date.now() - this.#heardAt;
    if (silence > pingEvery + answerWithin) return this.#lose();
    if (silence > pingEvery) this.send({ t: "ping" });
  }

  #close() {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    this.#inFlight = null;
    clearInterval(this.#heartbeat);
    socket?.close();
  }

  #lose() {
    this.#close();
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const wait = this.#wait * (0.5 + Math.random() / 2);
    this.#wait = Math.min(longestWait, this.#wait * 2);
    this.#timer = setTimeout(() => this.#connectNow(), wait);
    this.#hooks.onState(navigator.onLine ? "lost" : "offline");
  }
}
