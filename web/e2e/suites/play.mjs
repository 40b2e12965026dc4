/** A title from the click on its card to its end, as a viewer sees it. */
import { playFromCatalogue, stats, videoReaches, visit } from "../browser.mjs";
import { expect, expectNear } from "../checks.mjs";

/** A title longer than this is played at its start and at its end only. */
const WHOLE_S = 40;
const EDGE_S = 8;

/** A busy machine may hold a frame back for a moment; a player that waits for data waits longer. */
const STALLED_MS_MAX = 1000;

export async function playSuite({ browser, base, checks, grant }) {
  const { title } = grant;
  const { context, page, complaints } = await visit(browser);
  const check = (name, body) => checks.check(`${title.name}: ${name}`, body);

  await check("one click plays it with sound", async () => {
    await playFromCatalogue(page, base, title.id);
    const sound = await page.evaluate(() => {
      const { muted, volume, paused } = document.querySelector("video");
      return !muted && volume === 1 && !paused;
    });
    expect(sound, "muted or paused");
    await page.waitForFunction(() => globalThis.matinee.player.stats().startupMs !== undefined);
    return `first frame after ${Math.round((await stats(page)).startupMs)} ms`;
  });
  if (grant.audio.length > 0) {
    await check("the sound is decoded", async () => {
      await page.waitForFunction(() => document.querySelector("video").webkitAudioDecodedByteCount > 0);
    });
  }
  await check("the duration is the grant's", async () => {
    expectNear(
      await page.evaluate(() => document.querySelector("video").duration),
      title.duration_s,
      0.25,
      "duration",
    );
  });
  await check("it plays to the end", async () => {
    if (title.duration_s > WHOLE_S) {
      await videoReaches(page, `v.currentTime > ${EDGE_S}`, EDGE_S * 4000);
      await page.evaluate((at) => globalThis.matinee.player.seek(at), title.duration_s - EDGE_S);
    }
    await videoReaches(page, "v.ended", (Math.min(title.duration_s, WHOLE_S) + 30) * 1000);
    const state = await page.locator(".stage").getAttribute("data-state");
    expect(state === "ended", `the stage says ${state}`);
  });
  await check("it plays again", async () => {
    await page.keyboard.press("k");
    await videoReaches(page, "v.currentTime > 0.5 && v.currentTime < 5 && !v.paused");
  });
  await check("no stall, no dropped append", async () => {
    const { stalls, stalledMs, droppedAppends, rungSwitches, framesDropped, framesShown } = await stats(page);
    expect(stalledMs <= STALLED_MS_MAX, `${stalls} stalls, ${Math.round(stalledMs)} ms`);
    expect(droppedAppends === 0, `${droppedAppends} dropped appends`);
    return `${rungSwitches} rung switches, ${framesDropped} of ${framesShown} frames dropped`;
  });
  await check("the console is silent", () => expect(complaints.length === 0, complaints.join("; ")));
  await context.close();
}
