/** The browser of the end-to-end runs: the system's Chromium, quiet, with nothing kept between runs. */
import { chromium } from "playwright-core";

export const INSECURE_HOST = "plain.test";
/** A name that the certificate of the tests is for. */
export const SECURE_HOST = "first.test";
/** Turns HTTP/3 off. */
export const WITHOUT_QUIC = "--disable-quic";
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A name of this machine that is not localhost: a page there is not secure.
  `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1, MAP ${SECURE_HOST} 127.0.0.1`,
];

export const launch = (more = [WITHOUT_QUIC]) =>
  chromium.launch({ executablePath: EXECUTABLE, headless: true, args: [...QUIET, ...more] });

/** A fresh visitor. `complaints` collects what a person would find in the console. */
export async function visit(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on(
    "console",
    (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()),
  );
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { context, page, complaints };
}

export const stats = (page) => page.evaluate(() => globalThis.matinee.player.stats());
export const currentTime = (page) => page.evaluate(() => document.querySelector("video").currentTime);

/**
 * Waits for `video` to fulfil an expression over `v`, such as `v.currentTime > 2`. Looks once a frame, and
 * evaluates from outside: the page's content security policy lets nothing within it evaluate text.
 */
export async function videoReaches(page, expression, timeoutMs = 15_000) {
  const look = `new Promise((tell) => requestAnimationFrame(() => {
    const v = document.querySelector("video");
    tell(Boolean(v && (${expression})));
  }))`;
  const deadline = performance.now() + timeoutMs;
  while (!(await page.evaluate(look))) {
    if (performance.now() > deadline)
      throw new Error(`after ${timeoutMs} ms the video does not fulfil ${expression}`);
  }
}

/** Opens the catalogue and clicks a title's card as a viewer does. */
export async function playFromCatalogue(page, base, id, patienceMs) {
  await page.goto(base);
  await page.locator(`a[data-title="${id}"]`).first().click();
  await videoReaches(page, "v.currentTime > 0.1", patienceMs);
}

/**
 * Opens a title's own address, where the browser wants a click before sound, and clicks. Waits for the first
 * media without touching the page: the harness's own questions would count as that click.
 */
export async function playDirectly(page, base, id, query = "") {
  const media = page.waitForResponse((response) => /\/media\/.*\.mp4/.test(response.url()));
  await page.goto(`${base}/watch/${encodeURIComponent(id)}${query}`);
  await media;
  await page.getByRole("button", { name: "Play", exact: true }).click();
}
