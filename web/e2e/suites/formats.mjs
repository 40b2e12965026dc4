/** A title in several formats: each plays, the right one is chosen, and another takes over where one fails. */
import { currentTime, stats, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";
import { decodableFormats, formatsOf, rungsOf } from "../formats.mjs";

/** Runs where the grant has a choice. */
export async function formatsSuite({ browser, base, checks, grant }) {
  if (formatsOf(grant).length < 2) return;
  const suite = { browser, base, grant, check: (name, body) => checks.check(`formats: ${name}`, body) };
  const { context, page } = await visit(browser);
  await page.goto(base);
  const decodable = await decodableFormats(page, grant);
  await context.close();
  for (const format of decodable) await each(suite, format);
  await choice(suite, decodable);
  if (decodable.length < 2) return;
  await refusedBuffer(suite);
  await brokenBytes(suite);
}

async function each(suite, format) {
  await suite.check(`${format} plays when it is asked for, at every rung`, async () => {
    const { context, page, complaints } = await visit(suite.browser);
    await open(suite, page, `?format=${format}`);
    await videoReaches(page, "v.currentTime > 1");
    const played = await stats(page);
    expect(played.format === format, `${played.format} is played`);
    const rungs = rungsOf(suite.grant, format);
    for (const level of [rungs.length - 1, 0]) {
      await hold(page, level);
      await videoReaches(page, `v.videoHeight === ${rungs[level].height}`, 20_000);
    }
    expect(complaints.length === 0, complaints.join("; "));
    await context.close();
    return `${rungs.length} rungs`;
  });
}

async function choice(suite, decodable) {
  await suite.check(
    "the one in the fewest bits is chosen, none in high dynamic range on this display",
    async () => {
      const { context, page } = await visit(suite.browser);
      await open(suite, page, "");
      await videoReaches(page, "v.currentTime > 0.3");
      const { format, fallbacks } = await stats(page);
      await context.close();
      const needs = (name) => rungsOf(suite.grant, name).at(-1).bitrate_bps_average;
      const expected = decodable.reduce((least, next) => (needs(next) < needs(least) ? next : least));
      expect(format === expected, `${format} is played, not ${expected}`);
      expect(fallbacks === 0, `${fallbacks} fallbacks`);
      return format;
    },
  );
  const others = formatsOf(suite.grant).filter((format) => !decodable.includes(format));
  for (const format of others) {
    await suite.check(`${format}, which does not play here, is not played when it is asked for`, async () => {
      const { context, page, complaints } = await visit(suite.browser);
      await open(suite, page, `?format=${format}`);
      await videoReaches(page, "v.currentTime > 0.3");
      const played = await stats(page);
      expect(decodable.includes(played.format), `${played.format} is played`);
      expect(played.fallbacks === 0, `${played.fallbacks} fallbacks`);
      expect(complaints.length === 0, complaints.join("; "));
      await context.close();
      return `${played.format} is`;
    });
  }
}

/** The browser says that it supports a type and then refuses a buffer for it. */
async function refusedBuffer(suite) {
  await suite.check("a refused buffer leads to the next format at once", async () => {
    const { context, page } = await visit(suite.browser);
    await page.addInitScript(() => {
      const { addSourceBuffer } = MediaSource.prototype;
      let refused = false;
      MediaSource.prototype.addSourceBuffer = function (mime) {
        if (refused || !mime.startsWith("video")) return addSourceBuffer.call(this, mime);
        refused = true;
        throw new DOMException("refused", "NotSupportedError");
      };
    });
    await open(suite, page, "");
    await videoReaches(page, "v.currentTime > 0.5");
    const { fallbacks, startupMs } = await stats(page);
    expect(fallbacks === 1, `${fallbacks} fallbacks`);
    await context.close();
    return `first frame after ${Math.round(startupMs)} ms`;
  });
}

/** From the middle of the film on one format's bytes are no film. */
async function brokenBytes(suite) {
  await suite.check("a format that breaks in mid-film is left for the next one where it broke", async () => {
    const { context, page } = await visit(suite.browser);
    await open(suite, page, "");
    await videoReaches(page, "v.currentTime > 0.3");
    const { format } = await stats(page);
    const rungs = rungsOf(suite.grant, format);
    await hold(page, rungs.length - 1);
    await videoReaches(page, `v.videoHeight === ${rungs.at(-1).height}`, 20_000);
    for (const { path } of rungs) {
      await page.route(`**/${path}`, (route) =>
        route.fulfill({ status: 206, body: Buffer.alloc(lengthOf(route.request()), 7) }),
      );
    }
    await hold(page, 0); // What lies ahead is fetched anew, and is no film.
    await page.waitForFunction(() => globalThis.matinee.player.stats().fallbacks > 0);
    const at = await currentTime(page);
    await videoReaches(page, `v.currentTime > ${at + 2} && !v.paused`);
    const after = await stats(page);
    expect(after.format !== format, `${format} is still played`);
    expect(after.fallbacks === 1, `${after.fallbacks} fallbacks`);
    await context.close();
    return `${format} to ${after.format} at ${at.toFixed(1)} s, ${Math.round(after.stalledMs)} ms still`;
  });
}

const hold = (page, level) => page.evaluate((to) => globalThis.matinee.player.holdLevel(to), level);

/** The page of the title, opened directly; the click lets it make sound. */
export async function open({ base, grant }, page, query) {
  await page.goto(`${base}/watch/${encodeURIComponent(grant.title.id)}${query}`);
  await page.getByRole("button", { name: "Play", exact: true }).click();
}

function lengthOf(request) {
  const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers().range ?? "bytes=0-99") ?? [];
  return Number(end) - Number(start) + 1;
}
