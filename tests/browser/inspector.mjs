// The inspector's page in a browser, over weir-echo under load.
// Usage: node inspector.mjs WEIR_ECHO
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";

import { Load, Program, check_fits, open_page, screenshot, with_browser } from "./support.mjs";

const [echo] = process.argv.slice(2);
const sizes = [
  { width: 360, height: 800 },
  { width: 1440, height: 900 },
];
const local = ["--listen", "tcp://127.0.0.1:0", "--admin", "tcp://127.0.0.1:0"];
const drawn = (page, id) => page.locator(`#chart-${id} path.line`).first().getAttribute("d");
/** The text of `selector` comes to fit `pattern`. */
const text_comes = (page, selector, pattern) =>
  page.waitForFunction(
    ([where, source]) => new RegExp(source).test(document.querySelector(where)?.textContent ?? ""),
    [selector, pattern.source],
  );

async function shows_what_happens(browser) {
  const server = await Program.start(echo, [...local, "--threads", "2", "--framing", "raw"], 2);
  const endpoint = server.said("listening on ");
  const url = server.said("inspector on ");
  const { page, check, close } = await open_page(browser, url, { viewport: sizes[1] });
  await text_comes(page, "#phase", /^serving$/);
  assert.equal(await page.textContent("#name"), "weir-echo");
  assert.equal(await page.title(), "weir-echo inspector");

  // Without load the charts lie on the ground; under load they move, again and again.
  await page.waitForFunction(() => document.querySelector("#chart-frames path.line").getAttribute("d") !== "");
  const idle = await drawn(page, "frames");
  const load = new Load(endpoint, 12, 100);
  await text_comes(page, "#chart-frames .value", /^frames [1-9]/);
  await text_comes(page, "#chart-bytes_in .value", /^in [1-9]/);
  await text_comes(page, "#chart-p99 .value", /^p99 [1-9]/);
  await text_comes(page, "#chart-active .value", /^open 12$/);
  // The line rises with the load, a point a second: a hill comes.
  await page.waitForFunction(() => {
    const points = document.querySelector("#chart-frames path.line").getAttribute("d").slice(1).split("L");
    const heights = points.map((point) => Number(point.split(",")[1]));
    return Math.max(...heights) - Math.min(...heights) > 40;
  });
  const busy = await drawn(page, "frames");
  assert.notEqual(busy, idle);
  await page.waitForFunction((before) => document.querySelector("#chart-frames path.line").getAttribute("d") !== before, busy);
  await page.waitForFunction(() => document.querySelector("#chart-lag path.line").getAttribute("d").length > 20);
  assert.match(await page.getAttribute("#chart-frames svg", "aria-label"), /^Work: now frames \d/);

  // The tables.
  await text_comes(page, "#routes tbody th", /^tcp:\/\/127\.0\.0\.1:\d+$/);
  await page.waitForFunction(() => document.querySelectorAll("#connections tbody tr").length === 12);
  await text_comes(page, "#shown", /^12$/);
  const summary = page.locator("#connections summary").first();
  assert.match(await summary.textContent(), /in, .* out, .*s ago$/);
  await summary.click();
  await page.waitForFunction(() => document.querySelectorAll("#connections details[open] li").length === 8);

  // A button closes its connection, and who pressed it by key is at the next one.
  const gone = page.locator("#connections tbody tr").first();
  const peer = await gone.locator("th span").first().textContent();
  const victim = load.sockets.find((socket) => peer.endsWith(`:${socket.localPort}`));
  const ended = new Promise((resolve) => victim.on("close", resolve));
  await gone.locator("button").focus();
  await page.keyboard.press("Enter");
  await ended;
  await page.waitForFunction(() => document.querySelectorAll("#connections tbody tr").length === 11);
  assert.ok(await page.evaluate(() => document.activeElement.matches("#connections button.close")));
  await text_comes(page, "#closed", /closed/);

  // The log level, and keys alone.
  await page.selectOption("#level", "warning");
  await page.waitForFunction(async () => (await (await fetch("/log-level")).text()) === "warning\n");
  await page.focus("#pause");
  await page.keyboard.press("Enter");
  assert.equal(await page.getAttribute("#pause", "aria-pressed"), "true");
  await page.keyboard.press("Enter");

  for (const size of sizes) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await check_fits(page);
      await screenshot(page, `inspector-${size.width}-${colorScheme}`);
    }
  }
  load.stop();
  await page.waitForFunction(() => document.querySelectorAll("#connections tbody tr").length === 0);
  await check();
  await close();
  await server.stop();
}

/** A route's name may be long, and any loop may be in it at the moment that is shown. */
async function fits_whatever_its_loops_are_in(browser) {
  const server = await Program.start(echo, local, 2);
  const { page, check, close } = await open_page(browser, server.said("inspector on "), { viewport: sizes[0] });
  const name = "tcp://[fd00:1234:5678:9abc:def0:1234:5678:9abc]:65535";
  await page.route("**/snapshot?*", async (route) => {
    const response = await route.fetch();
    const shown = await response.json();
    const loop = { ...shown.loops[0], connections: 1000000, lag: 0.1234, in: name, stalled: true };
    const busy = { ...shown.routes[0], name, calls: 123456789012, in_flight: 100000, failed: 123456789012 };
    const stall = { route: name, loop: 0, began: 0, lasted: 12345.678, over: false };
    await route.fulfill({ response, json: { ...shown, loops: [loop], routes: [busy], stalls: [stall] } });
  });
  await text_comes(page, "#loops tbody", /65535, stalled/);
  for (const width of [360, 801, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await check_fits(page);
  }
  await screenshot(page, "inspector-long-names");
  await page.unrouteAll({ behavior: "wait" });
  check();
  await close();
  await server.stop();
}

async function asks_for_a_token(browser) {
  const token = "0123456789abcdef-of-a-test";
  writeFileSync("token", `${token}\n`, { mode: 0o600 });
  const server = await Program.start(echo, [...local, "--admin-token-file", "token"], 2);
  const url = server.said("inspector on ");
  const { page, close } = await open_page(browser, url, { viewport: sizes[0] });
  await page.waitForSelector("#login", { state: "visible" });
  assert.equal(await page.isVisible("#main"), false);
  await check_fits(page);
  await screenshot(page, "inspector-token");
  await page.fill("#token", "another-one-of-16-bytes");
  await page.press("#token", "Enter");
  await text_comes(page, "#notice", /not the token/);
  await page.fill("#token", token);
  await page.press("#token", "Enter");
  await page.waitForSelector("#main", { state: "visible" });
  await close();

  // Behind '#', where it is taken away at once.
  const given = await open_page(browser, `${url}#token=${token}`, { viewport: sizes[0] });
  await text_comes(given.page, "#phase", /^serving$/);
  assert.equal(given.page.url(), url);
  given.check();
  await given.close();
  await server.stop();
}

await with_browser(async (browser) => {
  await shows_what_happens(browser);
  await fits_whatever_its_loops_are_in(browser);
  await asks_for_a_token(browser);
});
