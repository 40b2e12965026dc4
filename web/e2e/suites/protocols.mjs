/**
 * Protocols: the player plays from an edge under TLS, by HTTP/2, by HTTP/3, and by HTTP/3 once it was told of that.
 *
 * Each has a browser of its own: what one of them speaks is decided when it starts, and what it was told it remembers.
 */
import { SECURE_HOST, WITHOUT_QUIC, launch, playFromCatalogue, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";
import { PINNED, openSecure, stored } from "../fixture/secure.mjs";
import { publish } from "../fixture/tiers.mjs";
import { createHash } from "node:crypto";

const RATE = 8;
const PATIENCE_MS = 60_000;
/** Ranges that are compared with the file, of each browser. */
const RANGES = 40;
const RANGE_BYTES_MAX = 300_000;
/** Fetches after which a browser that was told of HTTP/3 speaks it; it tries that beside HTTP/2. */
const FETCHES_MAX = 200;

export async function protocolsSuite({ checks }) {
  const id = publish("none");
  const secure = await openSecure();
  const forced = `--origin-to-force-quic-on=${SECURE_HOST}:${secure.port}`;
  // Without a publicly trusted certificate Chromium speaks QUIC to hosts alone that are named so, on whichever port.
  const permitted = `--origin-to-force-quic-on=${SECURE_HOST}:1`;
  try {
    await Promise.all([
      viewed({ checks, secure, id, protocol: "h2", flags: [WITHOUT_QUIC] }),
      viewed({ checks, secure, id, protocol: "h3", flags: [forced] }),
    ]);
    await viewer([permitted], secure, id, ({ page }) =>
      checks.check("protocols: a browser that is told of HTTP/3 goes over to it", () => goesOver(page)),
    );
  } finally {
    secure.close();
  }
}

/** Plays the film by `protocol` alone, and compares ranges with the file. */
function viewed({ checks, secure, id, protocol, flags }) {
  const check = (what, body) => checks.check(`protocols: ${protocol}: ${what}`, body);
  return viewer(flags, secure, id, async ({ page, complaints }) => {
    await check("our player plays to the end", async () => {
      await page.evaluate((rate) => (document.querySelector("video").playbackRate = rate), RATE);
      await videoReaches(page, "v.ended", PATIENCE_MS);
      expect(complaints.length === 0, complaints.join("; "));
    });
    await check("all media came by it", async () => {
      const spoken = (await media(page)).map(({ nextHopProtocol }) => nextHopProtocol);
      expect(spoken.length > 0, "nothing was fetched");
      expect(spoken.every((name) => name === protocol), `by ${[...new Set(spoken)]}`);
      return `${spoken.length} answers`;
    });
    await check("ranges have the file's bytes", () => comparesRanges(page));
  });
}

/** A browser with `flags` on a page that plays. */
async function viewer(flags, { base }, id, act) {
  const browser = await launch([PINNED, ...flags]);
  try {
    const visitor = await visit(browser);
    await playFromCatalogue(visitor.page, base, id, PATIENCE_MS);
    await act(visitor);
  } finally {
    await browser.close();
  }
}

const media = (page) => fetched(page, ".mp4");

/** What the page has fetched that ends so, in order, and by which protocol. */
const fetched = (page, ending) =>
  page.evaluate(
    (ending) =>
      performance
        .getEntriesByType("resource")
        .filter(({ name }) => name.endsWith(ending))
        .map(({ name, nextHopProtocol }) => ({ name, nextHopProtocol })),
    ending,
  );

/** The largest file of the film that the page has fetched from. */
async function largest(page) {
  const urls = [...new Set((await media(page)).map(({ name }) => name))];
  const files = urls.map((url) => ({ url, bytes: stored(url) }));
  return files.reduce((best, file) => (file.bytes.length > best.bytes.length ? file : best));
}

async function comparesRanges(page) {
  const { url, bytes } = await largest(page);
  const ranges = Array.from({ length: RANGES }, (_, number) => range(number, bytes.length));
  const found = await page.evaluate(digests, { url, ranges });
  ranges.forEach(([first, end], number) => {
    const wanted = createHash("sha256").update(bytes.subarray(first, end)).digest("hex");
    expect(found[number] === `206 ${wanted}`, `bytes ${first} to ${end} of ${url}: ${found[number]}, not 206 ${wanted}`);
  });
}

/** Ranges of every length, all over a file of `length`, the same each time; the end is exclusive. */
function range(number, length) {
  const spread = (salt) => createHash("sha256").update(`${salt} ${number}`).digest().readUInt32BE() / 2 ** 32;
  const first = Math.floor(spread("first") * length);
  const count = 1 + Math.floor(spread("bytes") ** 3 * RANGE_BYTES_MAX);
  return [first, Math.min(length, first + count)];
}

/** In the page: fetches all at once; answers with status and digest of each. */
function digests({ url, ranges }) {
  const one = async ([first, end]) => {
    const response = await fetch(url, { headers: { range: `bytes=${first}-${end - 1}` }, cache: "no-store" });
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.arrayBuffer()));
    return `${response.status} ${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  };
  return Promise.all(ranges.map(one));
}

async function goesOver(page) {
  // Posters are the first that come from the edge, and tell of HTTP/3; the film may come by that already.
  const [{ nextHopProtocol }] = await fetched(page, "/poster.jpg");
  expect(nextHopProtocol === "h2", `it began with ${nextHopProtocol}`);
  const [{ name: url }] = await media(page);
  for (let fetches = 1; fetches <= FETCHES_MAX; fetches++) {
    await page.evaluate(digests, { url, ranges: [[0, 1]] });
    const { nextHopProtocol: spoken } = (await media(page)).at(-1);
    if (spoken === "h3") return `after ${fetches} more requests`;
  }
  throw new Error(`it had not after ${FETCHES_MAX} requests`);
}
