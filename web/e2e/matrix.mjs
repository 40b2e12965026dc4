/**
 * The matrix: which player plays what in this Chromium, as the table of docs/reference/players.md.
 *
 *     cargo xtask test matrix      builds what is needed first
 *     node e2e/matrix.mjs
 *
 * Prepares a short film in every codec, in the clear and under each scheme. Each codec is offered alone: to our own page by
 * a grant of its tracks only, to the others by the manifests that the server writes for one device. Each film is played
 * from its start, and after a seek to its end. What the browser does not decode is not tried.
 */
import { readFileSync } from "node:fs";
import { launch, playFromCatalogue, videoReaches, visit } from "./browser.mjs";
import { expect } from "./checks.mjs";
import { servedTitles } from "./fixture/matrix.mjs";
import { formatOf } from "./formats.mjs";
import { askGrant } from "./grant.mjs";
import { PLAYERS } from "./witness/players.mjs";
import { servePlayers } from "./witness/server.mjs";
import { witness } from "./witness/suite.mjs";

/** Seconds that are played from the start, and before the end. */
const START_S = 2;
const END_S = 2;
const PATIENCE_MS = 20_000;

/** Each picture goes with the plainest sound, and each other sound with the plainest picture. */
const BASE = { format: "h264", sound: "aac" };
const NAMES = { h264: "H.264", hevc: "HEVC", vp9: "VP9", av1: "AV1", aac: "AAC", opus: "Opus", eac3: "E-AC-3" };

/** The manifests that the server writes for one device. */
const MANIFESTS = [
  { format: "hls", file: "master.m3u8", name: "HLS" },
  { format: "dash", file: "manifest.mpd", name: "DASH" },
  { format: "dash", file: "timeline.mpd", name: "DASH timeline" },
];

const COLUMNS = [
  { name: "Matinee", play: ownPage },
  ...PLAYERS.flatMap((player) =>
    MANIFESTS.filter(({ format }) => player.plays.includes(format)).map((manifest) => ({
      name: `${player.name} ${manifest.name}`,
      play: (playing) => otherPlayer({ ...playing, player, manifest }),
    })),
  ),
];

const browser = await launch();
const notes = [];
let failures = 0;
try {
  console.log(`${versions().join(", ")}; ${new Date().toISOString().slice(0, 10)}.\n`);
  line(["picture, sound", "protection", ...COLUMNS.map(({ name }) => name)]);
  line(Array(COLUMNS.length + 2).fill("---"));
  for await (const { protection, base, id } of servedTitles()) await title(base, protection, id);
  console.log(notes.map((note, at) => `\n${at + 1}. ${note}`).join(""));
} finally {
  await browser.close();
}
if (failures > 0) process.exitCode = 1;

function versions() {
  const installed = (name) => {
    const described = new URL(`../node_modules/${name}/package.json`, import.meta.url);
    return `${name} ${JSON.parse(readFileSync(described, "utf8")).version}`;
  };
  return [`Chromium ${browser.version()}`, ...["shaka-player", "hls.js", "dashjs"].map(installed)];
}

function line(cells) {
  console.log(`| ${cells.join(" | ")} |`);
}

async function title(base, protection, id) {
  const players = await servePlayers(base);
  const grant = await askGrant(base, id, "matrix");
  for (const pair of pairsOf(grant)) await row({ base, players, grant, pair, protection });
  players.close();
}

function pairsOf({ video, audio }) {
  const formats = [...new Set(video.tracks.map(formatOf))];
  const sounds = [...new Set(audio.map(({ codec }) => codec))].filter((codec) => codec !== BASE.sound);
  return [...formats.map((format) => ({ ...BASE, format })), ...sounds.map((sound) => ({ ...BASE, sound }))];
}

async function row({ base, players, grant, pair, protection }) {
  const undecodable = await notDecoded(only(grant, pair));
  const cells = [];
  for (const { play } of COLUMNS) {
    cells.push(undecodable ? `-${noted(undecodable)}` : await cell(() => play({ base, players, grant, pair })));
  }
  line([`${NAMES[pair.format]}, ${NAMES[pair.sound]}`, protection, ...cells]);
}

async function cell(play) {
  try {
    await play();
    return "plays";
  } catch (error) {
    failures++;
    console.error(error);
    return `fails${noted(String(error.message).split("\n")[0])}`;
  }
}

/** The mark of a note; the same note has one mark. */
function noted(text) {
  if (!notes.includes(text)) notes.push(text);
  return ` (${notes.indexOf(text) + 1})`;
}

/** What the browser does not decode of a grant's tracks, if there is something. */
async function notDecoded({ video, audio }) {
  const page = await browser.newPage();
  const mimes = [...video.tracks, ...audio].map(({ mime, codecs }) => `${mime}; codecs="${codecs}"`);
  const supported = await page.evaluate((all) => all.map((mime) => MediaSource.isTypeSupported(mime)), mimes);
  await page.close();
  const missing = mimes.find((_, at) => !supported[at]);
  return missing && `\`MediaSource.isTypeSupported('${missing}')\` is false in this Chromium.`;
}

/** The grant with the tracks of one picture codec and one sound codec. */
function only(grant, pair) {
  const tracks = grant.video.tracks.filter((track) => formatOf(track) === pair.format);
  const audio = grant.audio.filter(({ codec }) => codec === pair.sound);
  return { ...grant, video: { ...grant.video, tracks }, audio };
}

async function ownPage({ base, grant, pair }) {
  const { context, page, complaints } = await visit(browser);
  try {
    await page.route(/\/play$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: only(await response.json(), pair) });
    });
    await playFromCatalogue(page, base, grant.title.id);
    await videoReaches(page, `v.currentTime > ${START_S}`, PATIENCE_MS);
    await page.evaluate((at) => globalThis.matinee.player.seek(at), grant.title.duration_s - END_S);
    await videoReaches(page, "v.ended", PATIENCE_MS);
    const seen = await page.evaluate(() => {
      const video = document.querySelector("video");
      const { format, fallbacks } = globalThis.matinee.player.stats();
      return { format, fallbacks, sound: video.webkitAudioDecodedByteCount, keys: video.mediaKeys !== null };
    });
    expect(seen.format === pair.format && seen.fallbacks === 0, `${seen.format} was played`);
    expect(seen.sound > 0, "no sound was decoded");
    expect(seen.keys === Boolean(grant.protection), "it was not decrypted");
    expect(complaints.length === 0, complaints.join("; "));
  } catch (error) {
    throw new Error([error.message, ...complaints].join("; "), { cause: error });
  } finally {
    await context.close();
  }
}

function otherPlayer({ base, players, grant, pair, player, manifest }) {
  const folder = `/api/titles/${grant.title.id}/manifests/${grant.base_url.split("/").at(-2)}`;
  const url = `${folder}/${manifest.file}?formats=${pair.format}&sounds=${pair.sound}`;
  return witness({ browser, players, base, player, format: manifest.format, grant, url, seconds: START_S });
}
