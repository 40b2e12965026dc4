/**
 * Time to first frame: from the click on a title to the first picture that the browser presents.
 *
 *     node e2e/first-frame.mjs [--base URL] [--title ID] [--runs 20]
 *
 * Prints JSON. Each run is a fresh visitor on a loaded catalogue. `cold` clicks at once; `warm` rests on the
 * card for `HOVER_MS` first, as a hand does. The first rung is reported beside the time, since a small
 * picture is easy.
 */
import { parseArgs } from "node:util";
import { launch, visit } from "./browser.mjs";
import { openFixture } from "./fixture/open.mjs";

const HOVER_MS = 600;

const { values } = parseArgs({
  options: { base: { type: "string" }, title: { type: "string" }, runs: { type: "string", default: "20" } },
});
const fixture = values.base ? undefined : await openFixture();
const base = values.base ?? fixture.base;
const { titles } = await (await fetch(`${base}/api/titles`)).json();
const id = values.title ?? titles[0].id;
const browser = await launch();

async function measure(warm) {
  const { context, page } = await visit(browser);
  await page.goto(base);
  const card = page.locator(`a[data-title="${id}"]`).first();
  await card.waitFor();
  await page.waitForLoadState("networkidle");
  if (warm) {
    await card.hover();
    await page.waitForTimeout(HOVER_MS);
  }
  // A click without a pointer on its way: nothing can have been fetched before it. The key press before it is the
  // gesture that lets the page make sound.
  await page.keyboard.press("Shift");
  await card.evaluate((link) => link.click());
  await page.waitForFunction(() => globalThis.matinee?.player.stats().startupMs !== undefined, undefined, {
    polling: "raf",
  });
  const { startupMs, level } = await page.evaluate(() => globalThis.matinee.player.stats());
  const height = await page.evaluate(() => document.querySelector("video").videoHeight);
  await context.close();
  return { ms: startupMs, level, height };
}

async function series(warm) {
  const runs = [];
  await measure(warm); // The browser's own first start is not ours.
  for (let run = 0; run < Number(values.runs); run++) runs.push(await measure(warm));
  const sorted = runs.map(({ ms }) => ms).sort((a, b) => a - b);
  const round = (ms) => Math.round(ms * 10) / 10;
  return {
    runs: runs.length,
    p50_ms: round(sorted[Math.floor(sorted.length / 2)]),
    max_ms: round(sorted.at(-1)),
    first_rung_height: runs[0].height,
  };
}

console.log(JSON.stringify({ title: id, cold: await series(false), warm: await series(true) }, null, 2));
await browser.close();
fixture?.close();
