// The page of `weir-bench report` in a browser.
// Usage: node report.mjs WEIR_BENCH
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { comparison } from "./comparison.mjs";
import { check_fits, open_page, screenshot, with_browser } from "./support.mjs";

const [bench] = process.argv.slice(2);
const sizes = [
  { width: 360, height: 800 },
  { width: 1440, height: 900 },
];
const wanted = comparison();
writeFileSync("comparison.json", JSON.stringify(wanted));
const said = execFileSync(bench, ["report", "comparison.json"], { encoding: "utf8" });
assert.equal(said, "wrote comparison.html\n");
const url = pathToFileURL(path.resolve("comparison.html")).href;

/** Names whose text has a contrast below 4.5 to what it lies on. */
function low_contrast() {
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const light = (color) => {
    const [red, green, blue] = numbers(color).map(channel);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (numbers(color)[3] !== 0) return color;
    }
    return "rgb(255,255,255)";
  };
  const bad = [];
  for (const each of document.querySelectorAll("body *")) {
    if (![...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const style = getComputedStyle(each);
    const [a, b] = [light(each.localName === "text" ? style.fill : style.color), light(ground(each))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) bad.push(`${each.localName}.${each.getAttribute("class")} ${contrast.toFixed(2)}`);
  }
  return [...new Set(bad)];
}

/** Texts of drawings that leave their drawing or lie on each other. */
function badly_placed() {
  const bad = [];
  for (const drawing of document.querySelectorAll("svg.chart")) {
    if (drawing.closest("details:not([open])")) continue;
    const frame = drawing.getBoundingClientRect();
    const boxes = [...drawing.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    boxes.forEach(([words, box], i) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 2) bad.push(`out: ${words}`);
      for (const [other, at] of boxes.slice(0, i)) {
        const across = Math.min(box.right, at.right) - Math.max(box.left, at.left);
        const down = Math.min(box.bottom, at.bottom) - Math.max(box.top, at.top);
        if (across > 1 && down > 4) bad.push(`${words} on ${other}`);
      }
    });
  }
  return bad;
}

await with_browser(async (browser) => {
  const { page, check, close } = await open_page(browser, url, { viewport: sizes[1] });
  assert.equal(await page.title(), "weir-bench: full");
  assert.equal(await page.locator("h1").count(), 1);

  // Headings go down one at a time.
  const levels = await page.$$eval("h1, h2, h3, h4", (all) => all.map((each) => Number(each.localName[1])));
  levels.forEach((level, i) => assert.ok(i === 0 || level <= levels[i - 1] + 1, `h${level} behind h${levels[i - 1]}`));

  // Every drawing names itself and the table of its numbers, every sentence leads to its chart.
  const lost = await page.$$eval("svg.chart", (all) => all.filter((each) =>
    each.getAttribute("role") !== "img" || !each.getAttribute("aria-label") ||
    !document.getElementById(each.getAttribute("aria-describedby"))?.matches("table")).length);
  assert.equal(lost, 0);
  const dead = await page.$$eval("a[href^='#']", (all) => all.filter((each) => !document.querySelector(each.getAttribute("href"))).length);
  assert.equal(dead, 0);
  assert.equal(await page.locator(".finding").count(), wanted.rows.length);
  for (const row of wanted.rows) {
    for (const entry of row.entries) {
      const table = page.locator("table", { has: page.locator("caption", { hasText: `${row.chart}, ${row.title}:` }) });
      assert.equal(await table.locator("th[scope=row]", { hasText: entry.name }).first().count(), 1, `${row.id} ${entry.name}`);
    }
  }
  assert.equal(await page.locator("script").count(), 0);

  // The link gives back all of the file.
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
  assert.equal(download.suggestedFilename(), "weir-bench-full-2026-11-22T15-00-00Z.json");
  await download.saveAs("downloaded.json");
  const loaded = JSON.parse(readFileSync("downloaded.json", "utf8"));
  assert.deepEqual(loaded.rows.map((row) => row.id), wanted.rows.map((row) => row.id));
  assert.deepEqual(loaded.rows[0].entries[1].rounds, wanted.rows[0].entries[1].rounds);

  for (const open of [false, true]) {
    if (open) await page.$$eval("details", (all) => all.forEach((each) => (each.open = true)));
    for (const size of sizes) {
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        await check_fits(page);
        assert.deepEqual(await page.evaluate(low_contrast), []);
        assert.deepEqual(await page.evaluate(badly_placed), []);
        await screenshot(page, `report-${size.width}-${colorScheme}${open ? "-open" : ""}`);
      }
    }
  }
  await check();
  await close();
});
