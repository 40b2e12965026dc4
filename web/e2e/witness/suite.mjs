/**
 * The witness: a title's HLS and DASH in players that are not ours.
 *
 * Each plays the start and then, after a seek, the end. A player's own error event of any severity fails the check.
 */
import { visit } from "../browser.mjs";
import { expect } from "../checks.mjs";
import { askGrant } from "../grant.mjs";
import { PLAYERS } from "./players.mjs";
import { servePlayers } from "./server.mjs";

const END_S = 4;
/** For what a loaded machine does in a second. */
const PATIENCE_S = 20;
/** dash.js may stop the video itself at its last instant, before the browser calls it ended. */
export const HAS_ENDED = "v.ended || (v.paused && v.currentTime > v.duration - 0.05)";
const CLEAR_KEY = "org.w3.clearkey";

export async function witnessSuite({ browser, base, checks, grant, seconds }) {
  const players = await servePlayers(base);
  for (const player of PLAYERS) {
    for (const format of player.plays) {
      const name = `${grant.title.name}: ${player.name} plays its ${format.toUpperCase()}`;
      await checks.check(name, () => witness({ browser, players, base, player, format, grant, seconds }));
    }
  }
  players.close();
}

/**
 * Plays `format` of the title in `player` to its end; answers with what was seen, and throws what went wrong. Another
 * manifest than the grant's is at `url`; `hasAudio` says whether it has sound.
 */
export async function witness({ grant, seconds, hasAudio, ...how }) {
  const { page, close, errors } = await start({ ...how, id: grant.title.id });
  try {
    const seen = await playThrough(page, grant.title.duration_s, seconds);
    const told = await errors();
    expect(told.length === 0, told.join("; "));
    expect(!(hasAudio ?? grant.audio.length > 0) || seen.audioBytes > 0, "no sound was decoded");
    const { duration_s: durationS } = grant.title;
    expect(Math.abs(seen.duration - durationS) < 0.5, `the duration is ${seen.duration}, not ${durationS}`);
    expect(!grant.protection || seen.isUnlocked, "nothing was decrypted");
    return `to the end at ${seen.videoHeight}p`;
  } catch (error) {
    throw new Error([String(error.message).split("\n")[0], ...(await errors())].join("; "));
  } finally {
    await close();
  }
}

/**
 * Opens the title `id` in `player`, ready to be played. `errors` answers with what it and the console complained of; with
 * `isTolerant` only with what ends playback.
 */
export async function start({ browser, players, base, player, format, id, url, bufferS, isTolerant = false }) {
  const { context, page, complaints } = await visit(browser);
  const errors = async () => {
    const told = await page.evaluate(() => globalThis.witnessErrors).catch(() => []);
    return isTolerant ? told : [...told, ...complaints];
  };
  try {
    const fresh = await askGrant(base, id, `witness-${crypto.randomUUID()}`);
    const manifest = new URL(url ?? (format === "hls" ? fresh.hls_url : fresh.dash_url), base).href;
    await page.goto(`${players.base}/${player.name}`);
    const [at, licence, buffer] = [manifest, licenceOf(fresh, players.base), bufferS].map(
      (input) => JSON.stringify(input) ?? "undefined",
    );
    await page.evaluate(
      `globalThis.witnessErrors = [];
       (${player.start})(document.querySelector("video"), ${at}, (error, isFatal) => {
         if (isFatal || !${isTolerant}) globalThis.witnessErrors.push(error);
       }, ${licence}, ${buffer})`,
    );
    await page.mouse.click(5, 5); // The gesture that lets the page play sound.
    // A player that has still to put its source into the element would interrupt this.
    await reaches(page, "v.readyState >= v.HAVE_METADATA", PATIENCE_S);
    await page.evaluate(() => document.querySelector("video").play());
    return { page, errors, close: () => context.close() };
  } catch (error) {
    const told = await errors();
    await context.close();
    throw new Error([String(error.message).split("\n")[0], ...told].join("; "));
  }
}

async function playThrough(page, durationS, seconds) {
  await reaches(page, `v.currentTime >= ${Math.min(seconds, durationS - 0.5)}`, seconds + PATIENCE_S);
  if (durationS > seconds + END_S)
    await page.evaluate((at) => (document.querySelector("video").currentTime = at), durationS - END_S);
  await reaches(page, HAS_ENDED, END_S + PATIENCE_S);
  return page.evaluate(() => {
    const { videoHeight, webkitAudioDecodedByteCount: audioBytes, duration, mediaKeys } =
      document.querySelector("video");
    return { videoHeight, audioBytes, duration, isUnlocked: mediaKeys !== null };
  });
}

/** What a player needs to unlock the title, by way of the server of its page; `undefined` where it is clear. */
function licenceOf({ protection, video, audio, device }, pages) {
  if (!protection) return undefined;
  const { url } = protection.licences.find(({ system }) => system === CLEAR_KEY);
  const tracks = [...video.tracks, ...audio].filter((track) => track.protection);
  const open = tracks.filter((track) => protection.classes.includes(track.protection.class));
  return {
    url: pages + url,
    headers: { authorization: `Bearer ${protection.token}`, "matinee-device": device },
    request: JSON.stringify({
      kids: [...new Set(open.flatMap((track) => track.protection.key_ids))].map(base64url),
      type: "temporary",
    }),
  };
}

const base64url = (hex) => Buffer.from(hex, "hex").toString("base64url");

function reaches(page, expression, seconds) {
  const body = `(() => { const v = document.querySelector("video"); return ${expression}; })()`;
  return page.waitForFunction(body, undefined, { timeout: seconds * 1000, polling: 100 });
}
