/**
 * Tiers: every player plays through two tiers of caches, whose processes are killed while it plays.
 *
 * All players play at once, each on a page of an origin that is no edge's. The others than ours buffer little, so that
 * much of the film is still to be fetched when an edge dies; and all play faster than a viewer.
 */
import { playFromCatalogue, stats, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";
import { MATINEE, run } from "../fixture/programs.mjs";
import { openTiers, publish } from "../fixture/tiers.mjs";
import { PLAYERS } from "../witness/players.mjs";
import { servePlayers } from "../witness/server.mjs";
import { HAS_ENDED, start } from "../witness/suite.mjs";

/** Seconds that are played, and that are buffered, before anything dies. */
const PLAYED_S = 1;
const BUFFERED_S = 4;
/** What the others buffer at most; ours has a goal of its own, under the film's length. */
const GOAL_S = 8;
const RATE = 4;
const PATIENCE_MS = 60_000;
/** A busy machine may hold a frame back for a moment; a player that waits for data waits longer. */
const STALLED_MS_MAX = 1000;
/** What the console says of a request that met nobody. */
const UNREACHED = /net::ERR_/;
const MANIFESTS = ["master.m3u8", "manifest.mpd", "timeline.mpd"];

export async function tiersSuite({ browser, checks }) {
  await scene({ browser, checks, name: "tiers", protection: "none" }, edgeDies);
  await scene({ browser, checks, name: "tiers, protected", protection: "cbcs" }, tierDies);
}

/** An edge dies, and the one beside it serves the rest; and, while it is dead, who begins anew. */
async function edgeDies({ tiers, check, begin, end, everyPlayer }) {
  const playing = await begin(everyPlayer(), "begins");
  await check("all play from the first edge", async () => {
    for (const { name, page } of playing) {
      const { a, b } = await asked(page, tiers);
      expect(a > 0 && b === 0, `${name} asked the first edge ${a} times, the second ${b} times`);
    }
  });
  await tiers.kill("a");
  await end(playing, "plays on from the second", async ({ page, isOurs }) => {
    const { b } = await asked(page, tiers);
    expect(b > 0, "it asked no other edge");
    if (!isOurs) return undefined;
    const { edgeSwitches, stalledMs } = await stats(page);
    expect(edgeSwitches === 1, `${edgeSwitches} changes of the edge`);
    expect(stalledMs <= STALLED_MS_MAX, `it waited ${Math.round(stalledMs)} ms`);
    return `waited ${Math.round(stalledMs)} ms`;
  });
  await haveFetched({ tiers, check }, ["regional", "b"]);
  await begin(everyPlayer().filter(({ needsFirstAddress }) => !needsFirstAddress), "begins with a dead edge");
}

/** The tier behind the edges dies while players play, and comes back; then an edge dies. All under tokens and keys. */
async function tierDies({ tiers, check, begin, end, everyPlayer }) {
  const [ours, ...others] = everyPlayer();
  const playing = await begin(others, "begins");
  await haveFetched({ tiers, check }, ["regional", "a"]);
  await tiers.kill("regional");
  const before = await tiers.fetchedBytes("a");
  // It fetches far ahead of what the others have.
  playing.push(...(await begin([ours], "begins with a dead tier")));
  await check("the origin stands in for a dead tier", async () => {
    expect((await tiers.fetchedBytes("a")) > before, "nothing was fetched");
  });
  await tiers.again("regional");
  await tiers.kill("a");
  await end(playing, "plays on", () => undefined);
  await haveFetched({ tiers, check }, ["b"]);
}

const haveFetched = ({ tiers, check }, edges) =>
  check(`bytes came by way of ${edges.join(" and ")}`, async () => {
    for (const edge of edges) expect((await tiers.fetchedBytes(edge)) > 0, `${edge} fetched nothing`);
  });

/** Opens tiers with the film for `act`, and gives it what begins and ends players. */
async function scene({ browser, checks, name, protection }, act) {
  const id = publish(protection);
  const tiers = await openTiers({ isGuarded: protection !== "none" });
  const players = await servePlayers(tiers.base);
  const opened = [];
  const check = (what, body) => checks.check(`${name}: ${what}`, body);
  const each = (list, what, body) =>
    Promise.all(list.map((player) => check(`${player.name} ${what}`, () => body(player))));
  const begin = async (list, what) => {
    const playing = [];
    await each(list, what, async (player) => void playing.push(await beginOne(player, opened)));
    return playing;
  };
  const end = (playing, what, look) => each(playing, what, (player) => endOne(player, look));
  try {
    await check("the manifests keep the rules", () => judge(tiers, id));
    await act({ tiers, check, begin, end, everyPlayer: () => everyPlayer({ browser, players, tiers, id }) });
  } finally {
    await Promise.all(opened.map(({ close }) => close()));
    players.close();
    tiers.close();
  }
}

/** Has `matinee check` judge what it finds at each address that the manifests name. */
async function judge({ base }, id) {
  const asked = { method: "POST", body: JSON.stringify({ device: "tiers" }) };
  const { hls_url: url } = await (await fetch(`${base}/api/titles/${id}/play`, asked)).json();
  for (const file of MANIFESTS) run(MATINEE, ["check", new URL(file, base + url).href]);
}

/** Ours, and each of the others with each kind of manifest that it plays. */
function everyPlayer({ browser, players, tiers, id }) {
  const { base } = tiers;
  const others = PLAYERS.flatMap((player) =>
    player.plays.map((format) => ({
      name: `${player.name} with ${format.toUpperCase()}`,
      isOurs: false,
      needsFirstAddress: player.needsFirstAddress ?? false,
      open: () => start({ browser, players, base, player, format, id, bufferS: GOAL_S, isTolerant: true }),
    })),
  );
  const ours = { name: "our player", isOurs: true, needsFirstAddress: false };
  return [{ ...ours, open: () => openOurs(browser, base, id) }, ...others];
}

async function openOurs(browser, base, id) {
  const { context, page, complaints } = await visit(browser);
  await playFromCatalogue(page, base, id, PATIENCE_MS);
  return {
    page,
    errors: async () => complaints.filter((complaint) => !UNREACHED.test(complaint)),
    close: () => context.close(),
  };
}

async function beginOne(player, opened) {
  const playing = { ...player, ...(await player.open()) };
  opened.push(playing);
  const ahead = "v.buffered.length > 0 && v.buffered.end(v.buffered.length - 1) - v.currentTime";
  await reaches(playing, `v.currentTime > ${PLAYED_S} && ${ahead} > ${BUFFERED_S}`);
  await playing.page.evaluate((rate) => (document.querySelector("video").playbackRate = rate), RATE);
  return playing;
}

async function endOne(player, look) {
  await reaches(player, HAS_ENDED);
  const told = await player.errors();
  expect(told.length === 0, told.join("; "));
  return look(player);
}

/** Waits for the video; throws what the player says where it does not come to that. */
async function reaches({ page, errors }, expression) {
  await videoReaches(page, expression, PATIENCE_MS).catch(async (error) => {
    const seen = await page.evaluate(() => {
      const { currentTime, readyState, paused, buffered } = document.querySelector("video");
      const endS = buffered.length && buffered.end(buffered.length - 1);
      return `it stands at ${currentTime} s of ${endS} s; readyState ${readyState}, paused ${paused}`;
    });
    throw new Error([seen, ...(await errors()), error.message].join("; "));
  });
}

/** How often a page has asked each edge for media. */
async function asked(page, tiers) {
  const names = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  const media = names.filter((name) => name.endsWith(".mp4")).map((name) => new URL(name).origin);
  const count = (edge) => media.filter((origin) => origin === tiers.at(edge)).length;
  return { a: count("a"), b: count("b") };
}
