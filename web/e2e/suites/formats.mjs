/** A title in several formats: each plays, the right one is chosen, and another takes over where one fails. */
import { currentTime, playDirectly, stats, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";
import { decodableFormats, formatsOf, rungsOf } from "../formats.mjs";

/** Top rungs have nearly the same VMAF; this is for what is left of a difference. */
const MUCH_ALIKE = 1.1;

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
  // What is buffered is fetched anew when another rung is picked: there must be another one in each.
  if (decodable.every((format) => rungsOf(grant, format).length > 1)) await brokenMedia(suite);
}

async function each(suite, format) {
  await suite.check(`${format} plays when it is asked for, at every rung`, async () => {
    const { context, page, complaints } = await visit(suite.browser);
    await play(suite, page, `?format=${format}`);
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
      await play(suite, page);
      await videoReaches(page, "v.currentTime > 0.3");
      const { format, fallbacks } = await stats(page);
      await context.close();
      const needs = (name) => rungsOf(suite.grant, name).at(-1).bitrate_bps_average;
      const least = Math.min(...decodable.map(needs));
      expect(decodable.includes(format), `${format} is played`);
      expect(
        needs(format) <= MUCH_ALIKE * least,
        `${format} needs ${needs(format)} b/s, another one ${least}`,
      );
      expect(fallbacks === 0, `${fallbacks} fallbacks`);
      return format;
    },
  );
  const others = formatsOf(suite.grant).filter((format) => !decodable.includes(format));
  for (const format of others) {
    await suite.check(`${format}, which does not play here, is not played when it is asked for`, async () => {
      const { context, page, complaints } = await visit(suite.browser);
      await play(suite, page, `?format=${format}`);
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
    await play(suite, page);
    await videoReaches(page, "v.currentTime > 0.5");
    const { fallbacks, startupMs } = await stats(page);
    expect(fallbacks === 1, `${fallbacks} fallbacks`);
    await context.close();
    return `first frame after ${Math.round(startupMs)} ms`;
  });
}

/** Two ways in which media are broken: nothing of them is film, or their boxes are whole and their pictures are not. */
const BREAKAGES = [
  ["whose bytes are no film", () => 0],
  ["whose pictures do not decode", (bytes) => bytes.indexOf("mdat") + 4],
];

async function brokenMedia(suite) {
  for (const [what, from] of BREAKAGES) {
    await suite.check(`a format ${what} is left for the next one at the same place`, async () => {
      const { context, page } = await visit(suite.browser);
      await play(suite, page);
      await videoReaches(page, "v.currentTime > 0.3");
      const { format } = await stats(page);
      const rungs = rungsOf(suite.grant, format);
      await hold(page, rungs.length - 1);
      await videoReaches(page, `v.videoHeight === ${rungs.at(-1).height}`, 20_000);
      for (const { path } of rungs) await page.route(`**/${path}`, (route) => broken(route, from));
      await hold(page, 0); // What lies ahead is fetched anew, and is broken.
      await page.waitForFunction(() => globalThis.matinee.player.stats().fallbacks > 0);
      const at = await currentTime(page);
      await videoReaches(page, `v.currentTime > ${at + 2} && v.currentTime < ${at + 6} && !v.paused`);
      const after = await stats(page);
      expect(after.format !== format, `${format} is still played`);
      expect(after.fallbacks === 1, `${after.fallbacks} fallbacks`);
      await context.close();
      return `${format} to ${after.format} at ${at.toFixed(1)} s`;
    });
  }
}

async function broken(route, from) {
  const response = await route.fetch();
  const body = await response.body();
  await route.fulfill({ response, body: body.fill(7, from(body)) });
}

const play = ({ base, grant }, page, query) => playDirectly(page, base, grant.title.id, query);

const hold = (page, level) => page.evaluate((to) => globalThis.matinee.player.holdLevel(to), level);
