/**
 * The witness: a title's HLS and DASH in players that are not ours.
 *
 * Each plays the start and then, after a seek, the end. A player's own error event of any severity fails the
 * check.
 */
import { visit } from "../browser.mjs";
import { expect } from "../checks.mjs";
import { PLAYERS } from "./players.mjs";
import { servePlayers } from "./server.mjs";

const END_S = 4;

export async function witnessSuite({ browser, base, checks, grant, seconds }) {
  const players = await servePlayers();
  const urls = { hls: base + grant.hls_url, dash: base + grant.dash_url };
  for (const player of PLAYERS) {
    for (const format of player.plays) {
      await checks.check(`${grant.title.name}: ${player.name} plays its ${format.toUpperCase()}`, () =>
        witness({
          browser,
          player,
          page: `${players.base}/${player.name}`,
          url: urls[format],
          grant,
          seconds,
        }),
      );
    }
  }
  players.close();
}

async function witness({ browser, player, page: address, url, grant, seconds }) {
  const { context, page, complaints } = await visit(browser);
  try {
    await page.goto(address);
    await page.evaluate(
      `globalThis.witnessErrors = []; (${player.start})(document.querySelector("video"), ${JSON.stringify(url)}, globalThis.witnessErrors)`,
    );
    await page.mouse.click(5, 5); // The gesture that lets the page play sound.
    const { duration_s: durationS } = grant.title;
    await page.evaluate(() => document.querySelector("video").play());
    await reaches(page, `v.currentTime >= ${Math.min(seconds, durationS - 0.5)}`, seconds + 20);
    if (durationS > seconds + END_S)
      await page.evaluate((at) => (document.querySelector("video").currentTime = at), durationS - END_S);
    await reaches(page, "v.ended", END_S + 20);
    const seen = await page.evaluate(() => {
      const {
        videoHeight,
        webkitAudioDecodedByteCount: audioBytes,
        duration,
      } = document.querySelector("video");
      return { videoHeight, audioBytes, duration };
    });
    const errors = [...(await page.evaluate(() => globalThis.witnessErrors)), ...complaints];
    expect(errors.length === 0, errors.join("; "));
    expect(grant.audio.length === 0 || seen.audioBytes > 0, "no sound was decoded");
    expect(Math.abs(seen.duration - durationS) < 0.5, `the duration is ${seen.duration}, not ${durationS}`);
    return `to the end at ${seen.videoHeight}p`;
  } catch (error) {
    const errors = await page.evaluate(() => globalThis.witnessErrors).catch(() => []);
    throw new Error([String(error.message).split("\n")[0], ...errors, ...complaints].join("; "));
  } finally {
    await context.close();
  }
}

function reaches(page, expression, seconds) {
  const body = `(() => { const v = document.querySelector("video"); return ${expression}; })()`;
  return page.waitForFunction(body, undefined, { timeout: seconds * 1000, polling: 100 });
}
