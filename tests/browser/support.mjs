// What tests in a browser share: a server of weir's as a child process, headless Chromium, pages
// that note what they should not do, and clients that keep a server busy.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import net from "node:net";
import readline from "node:readline";

import { chromium } from "playwright-core";

// A program that a failed test leaves would keep whoever waits for the test's output waiting.
const started = new Set();
process.on("exit", () => started.forEach((program) => program.kill()));

/** One of weir's programs, from its ready lines to its end. */
export class Program {
  /** Waits for `ready` lines on standard output, and keeps them. */
  static async start(command, flags, ready = 1) {
    const program = new Program();
    program.process = spawn(command, flags, { stdio: ["ignore", "pipe", "inherit"] });
    program.ended = once(program.process, "exit");
    started.add(program);
    program.lines = [];
    for await (const line of readline.createInterface({ input: program.process.stdout })) {
      program.lines.push(line);
      if (program.lines.length === ready) break;
    }
    assert.equal(program.lines.length, ready, `${command} did not become ready`);
    program.process.stdout.resume();
    return program;
  }
  /** What stands behind `words` in its ready lines. */
  said(words) {
    const line = this.lines.find((each) => each.startsWith(words));
    assert.ok(line, `no "${words}" in ${this.lines}`);
    return line.slice(words.length);
  }
  async stop() {
    this.process.kill("SIGTERM");
    const [status] = await this.ended;
    assert.equal(status, 0);
  }
  kill() {
    this.process.kill("SIGKILL");
  }
}

/** Runs `test(browser)` and ends the browser, whatever comes. */
export async function with_browser(test) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    // Its sandbox wants rights that a container, and root, have not.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  try {
    await test(browser);
  } finally {
    await browser.close();
  }
}

/** A page that fails the test by `check()` when it asked another host, or complained. */
export async function open_page(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const mistakes = [];
  const origin = new URL(url).origin;
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin && !request.url().startsWith("data:")) {
      mistakes.push(`asked ${request.url()}`);
    }
  });
  page.on("pageerror", (error) => mistakes.push(`threw ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error") mistakes.push(`complained: ${message.text()}`);
  });
  await page.goto(url);
  return { page, mistakes, check: () => assert.deepEqual(mistakes, []), close: () => context.close() };
}

/** No part of the page is wider than its window. */
export async function check_fits(page) {
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    return document.documentElement.scrollWidth <= room
      ? []
      : [...document.querySelectorAll("body *")]
          .filter((each) => each.getBoundingClientRect().right > room + 1)
          .map((each) => `${each.tagName}#${each.id}.${each.className}`);
  });
  assert.deepEqual(wide, []);
}

export async function screenshot(page, name) {
  mkdirSync("screenshots", { recursive: true });
  await page.screenshot({ path: `screenshots/${name}.png`, fullPage: true });
}

/** Clients that send a message and wait for its echo, again and again, until stop(). */
export class Load {
  constructor(endpoint, clients, message) {
    const { hostname, port } = new URL(endpoint.replace("tcp:", "http:"));
    this.sockets = Array.from({ length: clients }, (_, i) => {
      const bytes = Buffer.alloc(message * (i + 1), "x");
      const socket = net.connect(Number(port), hostname);
      let missing = bytes.length;
      socket.on("error", () => {});
      socket.on("connect", () => socket.write(bytes));
      socket.on("data", (data) => {
        missing -= data.length;
        if (missing > 0) return;
        missing = bytes.length;
        setImmediate(() => socket.writable && socket.write(bytes));
      });
      return socket;
    });
  }
  stop() {
    for (const socket of this.sockets) socket.destroy();
  }
}
