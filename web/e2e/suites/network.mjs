/**
 * Adaptation: the rung follows the network up and down. Throttled in the browser, so the server's state is no
 * part.
 */
import { playFromCatalogue, stats, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";
import { rungsOf } from "../formats.mjs";

const LATENCY_MS = 30;
/**
 * Headroom over a rung's need that the rule asks for before it takes the rung, with slack for the test's
 * throttle.
 */
const AMPLE = 2.5;

export async function networkSuite({ browser, base, checks, grant }) {
  const { id, duration_s: durationS } = grant.title;
  const rungs = rungsOf(grant, await playedFormat(browser, base, id));
  const audioBps = grant.audio[0]?.bitrate_bps_peak ?? 0;
  if (rungs.length < 2 || durationS < 20) return;

  await checks.check("network: a fast one leads to the top rung", async () => {
    const { context, page } = await visit(browser);
    await playFromCatalogue(page, base, id);
    await page.waitForFunction((top) => globalThis.matinee.player.stats().level === top, rungs.length - 1, {
      timeout: 30_000,
    });
    const at = await page.evaluate(() => document.querySelector("video").currentTime);
    await context.close();
    return `on the screen ${at.toFixed(1)} s into the film`;
  });

  await checks.check("network: a slow one keeps a low rung and does not stall", async () => {
    const { context, page } = await visit(browser);
    await throttle(page, (rungs[0].bitrate_bps_peak + audioBps) * AMPLE);
    await playFromCatalogue(page, base, id);
    await videoReaches(page, "v.currentTime > 8", 30_000);
    const { stalls, level } = await stats(page);
    await context.close();
    expect(stalls === 0, `${stalls} stalls`);
    expect(level < rungs.length - 1, "it took the top rung");
    return `level ${level}`;
  });

  await checks.check("network: a drop is followed down", async () => {
    const { context, page } = await visit(browser);
    const budgetBps = (rungs.at(-1).bitrate_bps_peak + audioBps) * AMPLE;
    const slow = await throttle(page, budgetBps);
    await playFromCatalogue(page, base, id);
    await page.waitForFunction(() => globalThis.matinee.player.stats().rungSwitches > 0, undefined, {
      timeout: 20_000,
    });
    await slow((rungs[0].bitrate_bps_peak + audioBps) * 1.5);
    await page.evaluate((at) => globalThis.matinee.player.seek(at), durationS * 0.5);
    await videoReaches(page, `!v.seeking && v.currentTime > ${durationS * 0.5 + 4}`, 40_000);
    const { level, throughputBps } = await stats(page);
    await context.close();
    expect(level <= Math.ceil(rungs.length / 2) - 1 || level === 0, `level ${level} at ${throughputBps} b/s`);
    return `level ${level}`;
  });
}

async function playedFormat(browser, base, id) {
  const { context, page } = await visit(browser);
  await playFromCatalogue(page, base, id);
  const { format } = await stats(page);
  await context.close();
  return format;
}

/** Answers with a function that changes the limit. */
async function throttle(page, bps) {
  const session = await page.context().newCDPSession(page);
  const limit = (to) =>
    session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: LATENCY_MS,
      downloadThroughput: to / 8,
      uploadThroughput: to / 8,
    });
  await session.send("Network.enable");
  await limit(bps);
  return limit;
}
