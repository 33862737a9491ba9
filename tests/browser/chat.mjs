// weir-chat's page in a browser: people talk, one loses the network and comes back, and a terminal
// is among them.
// Usage: node chat.mjs WEIR_CHAT
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import net from "node:net";
import readline from "node:readline";
import { setTimeout } from "node:timers/promises";

import { Program, check_fits, open_page, screenshot, with_browser } from "./support.mjs";

const [chat] = process.argv.slice(2);
const sizes = {
  narrow: { width: 360, height: 740 },
  wide: { width: 1440, height: 900 },
};

/** A network between a page and the server, which can be cut. */
class Network {
  static async to(url) {
    const network = new Network();
    network.there = Number(new URL(url).port);
    network.pairs = new Set();
    network.works = true;
    network.server = net.createServer((near) => {
      if (!network.works) return near.destroy();
      const far = net.connect(network.there, "127.0.0.1");
      const pair = [near, far];
      network.pairs.add(pair);
      for (const socket of pair) {
        socket.on("error", () => {});
        socket.on("close", () => {
          network.pairs.delete(pair);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      far.pipe(near);
    });
    network.server.listen(0, "127.0.0.1");
    await once(network.server, "listening");
    network.url = `http://127.0.0.1:${network.server.address().port}/`;
    return network;
  }
  /** What is under way is lost, and nobody can connect. */
  cut() {
    this.works = false;
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }
  mend() {
    this.works = true;
  }
  close() {
    this.cut();
    this.server.close();
  }
}

/** A person with nc. */
class Terminal {
  constructor(command) {
    const [, host, port] = /^nc (\S+) (\d+)$/.exec(command);
    this.socket = net.connect(Number(port), host);
    this.lines = readline.createInterface({ input: this.socket })[Symbol.asyncIterator]();
  }
  type(line) {
    this.socket.write(`${line}\n`);
  }
  /** The next line that fits. */
  async sees(pattern) {
    for (;;) {
      const { value, done } = await this.lines.next();
      assert.ok(!done, `the terminal ended before ${pattern}`);
      if (pattern.test(value)) return value;
    }
  }
}

async function start(web = "tcp://127.0.0.1:0", ...flags) {
  const common = ["--lines", "tcp://127.0.0.1:0", "--log-level", "warning"];
  return Program.start(chat, ["--web", web, ...common, ...flags], 2);
}

/** A person of that name, in the room, connected. */
async function come(browser, url, name, options = {}) {
  const person = await open_page(browser, url, { viewport: sizes.wide, ...options });
  const { page } = person;
  await page.getByLabel("Your name").fill(name);
  await page.keyboard.press("Enter");
  await page.locator('#state[data-kind="open"]').waitFor();
  person.say = async (text) => {
    await page.locator("#text").fill(text);
    await page.keyboard.press("Enter");
  };
  person.texts = () => page.locator("#log .message .text").allTextContents();
  /** A message of that text has come. */
  person.sees = (text) => page.locator("#log .message .text", { hasText: text }).first().waitFor();
  person.pending = () => page.locator("#pending .message").count();
  return person;
}

async function two_people_talk_and_one_loses_the_network(browser) {
  const server = await start();
  const url = server.said("chat on ");
  const network = await Network.to(url);
  const anna = await come(browser, url, "Anna");
  const bob = await come(browser, network.url, "Bob");
  await anna.page.locator(".note", { hasText: "Bob has come" }).waitFor();

  await anna.say("hello Bob");
  await bob.sees("hello Bob");
  await bob.page.locator("#text").pressSequentially("hm");
  await anna.page.locator("#typing", { hasText: "Bob is typing" }).waitFor();
  await bob.say("hello Anna");
  await anna.sees("hello Anna");
  assert.equal(await anna.page.locator("#typing").textContent(), "");

  network.cut();
  await bob.page.locator('#state[data-kind="lost"]').waitFor();
  await anna.page.locator(".note", { hasText: "Bob has left" }).waitFor();
  for (let i = 1; i <= 30; ++i) {
    await anna.say(`while Bob was away ${i}`);
    // No faster than one may.
    await anna.page.waitForFunction(() => document.querySelectorAll("#pending .message").length === 0);
  }
  for (let i = 1; i <= 3; ++i) await bob.say(`from the tunnel ${i}`);
  assert.equal(await bob.pending(), 3);
  assert.match(await bob.page.locator("#pending .foot").first().textContent(), /Waiting/);
  await screenshot(bob.page, "chat-lost");

  network.mend();
  await bob.page.locator('#state[data-kind="open"]').waitFor({ timeout: 20_000 });
  await anna.sees("from the tunnel 3");
  await bob.sees("from the tunnel 3");
  const expected = [
    "hello Bob",
    "hello Anna",
    ...Array.from({ length: 30 }, (_, i) => `while Bob was away ${i + 1}`),
    ...Array.from({ length: 3 }, (_, i) => `from the tunnel ${i + 1}`),
  ];
  assert.deepEqual(await anna.texts(), expected);
  assert.deepEqual(await bob.texts(), expected);
  assert.equal(await bob.pending(), 0);

  // A reload keeps name and place, and shows what was said once.
  await bob.page.reload();
  await bob.page.locator('#state[data-kind="open"]').waitFor();
  assert.deepEqual(await bob.texts(), expected);
  assert.equal(await bob.page.locator("#nick").textContent(), "Bob");
  anna.check();
  await anna.close();
  await bob.close();
  network.close();
  await server.stop();
}

/** What is sent again because its answer was lost, is said once. */
async function a_message_whose_answer_is_lost_is_not_doubled(browser) {
  const server = await start();
  const url = server.said("chat on ");
  const anna = await come(browser, url, "Anna");
  const network = await Network.to(url);
  const bob = await come(browser, network.url, "Bob");
  // The request gets through, its answer does not.
  for (const [near, far] of network.pairs) far.unpipe(near);
  await bob.say("did you hear me?");
  await anna.sees("did you hear me?");
  assert.equal(await bob.pending(), 1);
  network.cut();
  network.mend();
  await bob.page.waitForFunction(() => document.querySelectorAll("#pending .message").length === 0);
  await bob.say("now for sure");
  await anna.sees("now for sure");
  await bob.sees("now for sure");
  assert.deepEqual(await anna.texts(), ["did you hear me?", "now for sure"]);
  assert.deepEqual(await bob.texts(), ["did you hear me?", "now for sure"]);
  await anna.close();
  await bob.close();
  network.close();
  await server.stop();
}

async function a_terminal_and_a_browser_talk(browser) {
  const server = await start();
  const url = server.said("chat on ");
  const terminal = new Terminal(server.said("chat for terminals: "));
  await terminal.sees(/^> You are guest-1 in #lobby/);
  terminal.type("/nick Tess");
  const anna = await come(browser, url, "Anna");
  await terminal.sees(/^\* Anna has come$/);
  terminal.type("<script>document.title = 'owned'</script><b>bold</b>");
  await anna.sees("<b>bold</b>");
  assert.equal(await anna.page.locator("#log b:not(.nick)").count(), 0);
  assert.match(await anna.page.title(), /^#lobby/);
  await anna.say("two\nlines \u001b[31mred");
  assert.match(await terminal.sees(/Anna: two/), /^\[\d\d:\d\d\] Anna: two$/);
  assert.equal(await terminal.sees(/lines/), "        lines [31mred");
  terminal.type("/nick anna");
  await terminal.sees(/^> anna is taken in #lobby\.$/);

  // Another room, and back.
  await anna.page.getByLabel("Name of a room to go to").fill("Attic");
  await anna.page.keyboard.press("Enter");
  await terminal.sees(/^\* Anna has left$/);
  await anna.page.locator("#room", { hasText: "#attic" }).waitFor();
  await anna.page.waitForFunction(() => document.querySelectorAll("#log .message").length === 0);
  terminal.type("/join attic");
  await terminal.sees(/in #attic\. Here: Anna, Tess$/);
  terminal.type("https://weir.example/a?b=c. Look!");
  const link = anna.page.locator("#log a");
  await link.waitFor();
  assert.equal(await link.getAttribute("href"), "https://weir.example/a?b=c");
  await anna.page.goBack();
  await anna.sees("<b>bold</b>");
  anna.check();

  await server.stop();
  await terminal.sees(/^\* the server is going down/);
  await anna.page.locator('#state[data-kind="lost"]').waitFor();
  await anna.close();
}

async function what_was_said_outlives_the_server(browser) {
  const history = `history-${process.pid}.jsonl`;
  rmSync(history, { force: true }); // that of a process which had this number before
  const first = await start(undefined, "--history", history);
  const url = first.said("chat on ");
  const anna = await come(browser, url, "Anna");
  for (let i = 1; i <= 5; ++i) await anna.say(`before ${i}`);
  await anna.sees("before 5");
  await anna.page.waitForFunction(() => document.querySelectorAll("#pending .message").length === 0);
  // It is said before it is in the file, which another thread writes.
  while (!readFileSync(history, "utf8").includes("before 5")) await setTimeout(20);
  first.kill();
  await first.ended;
  await anna.page.locator('#state[data-kind="lost"]').waitFor();
  await anna.say("meanwhile");
  const second = await start(`tcp://127.0.0.1:${new URL(url).port}`, "--history", history);
  const expected = ["before 1", "before 2", "before 3", "before 4", "before 5", "meanwhile"];
  await anna.sees("meanwhile");
  assert.deepEqual(await anna.texts(), expected);
  const bob = await come(browser, second.said("chat on "), "Bob");
  await bob.sees("meanwhile");
  assert.deepEqual(await bob.texts(), expected);
  await anna.close();
  await bob.close();
  await second.stop();
}

async function people_are_told_that_other_servers_cannot_be_reached(browser) {
  const server = await start(undefined, "--bus", "redis://127.0.0.1:1");  // where nobody is
  const anna = await come(browser, server.said("chat on "), "Anna");
  await anna.page.locator("#condition", { hasText: "Other servers cannot be reached" }).waitFor();
  await anna.say("is anybody here?");
  await anna.sees("is anybody here?");
  assert.equal(await anna.pending(), 0);
  anna.check();
  await anna.close();
  await server.stop();
}

async function a_second_tab_of_one_person_takes_the_first_ones_place(browser) {
  const server = await start();
  const url = server.said("chat on ");
  const first = await come(browser, url, "Anna");
  const kept = await first.page.evaluate(() => ({ ...sessionStorage }));
  const second = await open_page(browser, url);
  await second.page.evaluate((items) => Object.assign(sessionStorage, items), kept);
  await second.page.reload();
  await second.page.locator('#state[data-kind="open"]').waitFor();
  await first.page.locator("#replaced-dialog").waitFor();
  assert.deepEqual(await second.page.locator("#people-list .nick").allTextContents(), ["Anna"]);
  await first.page.getByRole("button", { name: "Chat here again" }).click();
  await second.page.locator("#replaced-dialog").waitFor();
  await first.say("it is me again");
  await first.sees("it is me again");
  assert.deepEqual(await first.page.locator("#people-list .nick").allTextContents(), ["Anna"]);
  first.check();
  second.check();
  await first.close();
  await second.close();
  await server.stop();
}

/** Faster than the server allows: the last room is the one where one comes in. */
async function who_changes_rooms_quickly_gets_there(browser) {
  const server = await start();
  const url = server.said("chat on ");
  const anna = await come(browser, url, "Anna");
  const bob = await come(browser, `${url}#room-12`, "Bob");
  await anna.page.evaluate(async () => {
    for (let i = 1; i <= 12; ++i) {
      location.hash = `room-${i}`;
      await new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
    }
  });
  await anna.say("out of breath");
  await bob.sees("out of breath");
  await anna.page.waitForFunction(() => document.querySelectorAll("#pending .message").length === 0);
  assert.equal(await anna.page.locator("#room").textContent(), "#room-12");
  assert.deepEqual(await anna.page.locator("#people-list .nick").allTextContents(), ["Anna", "Bob"]);
  anna.check();
  await anna.close();
  await bob.close();
  await server.stop();
}

async function a_page_of_another_host_cannot_connect() {
  const server = await start();
  const { host, hostname, port } = new URL(server.said("chat on "));
  for (const [origin, status] of [
    [`http://${host}`, 101],
    [`https://${host}`, 101], // TLS ends at a balancer
    ["http://evil.example", 403],
    ["https://evil.example", 403],
  ]) {
    const socket = net.connect(Number(port), hostname);
    socket.write(
      `GET /chat HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nUpgrade: websocket\r\n` +
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
    const [answer] = await once(socket, "data");
    assert.match(answer.toString(), new RegExp(`^HTTP/1.1 ${status} `));
    socket.destroy();
  }
  await server.stop();
}

async function the_page_is_not_sent_again_to_who_has_it() {
  const server = await start();
  const url = server.said("chat on ");
  for (const path of ["", "chat.js", "chat.css"]) {
    const first = await fetch(url + path);
    const again = await fetch(url + path, { headers: { "If-None-Match": first.headers.get("ETag") }, cache: "no-store" });
    assert.deepEqual([first.status, again.status], [200, 304]);
    assert.equal(again.headers.get("Content-Security-Policy"), first.headers.get("Content-Security-Policy"));
  }
  await server.stop();
}

async function the_page_works_at_every_size_and_by_keyboard(browser) {
  const server = await start();
  const url = server.said("chat on ");
  const people = [];
  for (const [name, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ["light", "dark"]) {
      const person = await come(browser, url, `Person ${name} ${colorScheme}`, { viewport, colorScheme });
      person.title = `chat-${name}-${colorScheme}`;
      people.push(person);
    }
  }
  await people[0].say("Has anybody seen the lock keeper?");
  await people[1].say("He is at the weir, as always at this time of the day. He says that the water is high, and that we may come at six with the boat.");
  await people[1].say("Look: https://weir.example/water-levels");
  await people[2].say("I bring sandwiches 🥪\nand tea");
  await people[3].say("A_very_long_word_without_any_place_to_break_it_".repeat(4));
  for (const person of people) await person.sees("A_very_long");
  await people[3].page.locator("#text").pressSequentially("and");
  await people[0].page.locator("#typing", { hasText: "is typing" }).waitFor();
  for (const person of people) {
    await check_fits(person.page);
    await screenshot(person.page, person.title);
    person.check();
  }

  // By keyboard alone, on the narrow page: the panels open, close and give the focus back.
  const { page } = people[0];
  await page.locator("#rooms-button").focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Name of a room to go to").waitFor({ state: "visible" });
  await screenshot(page, "chat-narrow-rooms");
  await page.keyboard.press("Escape");
  await page.getByLabel("Name of a room to go to").waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.id), "rooms-button");
  await page.locator("#me").focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Your name").fill("Nora");
  await page.keyboard.press("Enter");
  await people[1].page.locator(".note", { hasText: "is now Nora" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "text");

  // The widest names there are.
  const wide = await come(browser, `${url}#${"W".repeat(32)}`, "W".repeat(24), { viewport: sizes.narrow });
  await check_fits(wide.page);
  await wide.close();

  // What a screen reader is told of the page.
  assert.equal(await page.getByRole("log").count(), 1);
  for (const control of await page.locator("button:visible, input:visible, textarea:visible").all()) {
    const name = await control.evaluate((each) => each.labels?.[0]?.textContent ?? each.textContent);
    assert.ok(name.trim() !== "", `a control without a name: ${await control.evaluate((each) => each.outerHTML)}`);
  }
  for (const person of people) await person.close();
  await server.stop();
}

await with_browser(async (browser) => {
  for (const test of [
    two_people_talk_and_one_loses_the_network,
    a_message_whose_answer_is_lost_is_not_doubled,
    a_terminal_and_a_browser_talk,
    what_was_said_outlives_the_server,
    people_are_told_that_other_servers_cannot_be_reached,
    a_second_tab_of_one_person_takes_the_first_ones_place,
    who_changes_rooms_quickly_gets_there,
    a_page_of_another_host_cannot_connect,
    the_page_is_not_sent_again_to_who_has_it,
    the_page_works_at_every_size_and_by_keyboard,
  ]) {
    console.log(test.name.replaceAll("_", " "));
    try {
      await test(browser);
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  }
});
