/** A protected title: who gets its keys, and what is said where nobody does. */
import { INSECURE_HOST, playFromCatalogue, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";

const LICENCE = /\/licences\//;
const CLASSES = ["audio", "sd", "hd"];

export async function protectionSuite(run) {
  await unlockingChecks(run);
  await leadCheck(run);
  await refusalChecks(run);
}

async function unlockingChecks({ browser, base, checks, grant }) {
  const { title, protection } = grant;
  const check = (name, body) => checks.check(`${title.name}: ${name}`, body);
  await check(`${protection.scheme} is decrypted, with all keys in one licence`, async () => {
    const { context, page } = await visit(browser);
    const licences = [];
    const requests = [];
    page.on("request", (request) => requests.push(request));
    page.on("response", (response) => LICENCE.test(response.url()) && licences.push(response.json()));
    await playFromCatalogue(page, base, title.id);
    await videoReaches(page, "v.currentTime > 1 && v.getVideoPlaybackQuality().totalVideoFrames > 10");
    const { mediaKeys, width } = await page.evaluate(() => {
      const video = document.querySelector("video");
      return { mediaKeys: video.mediaKeys !== null, width: video.videoWidth };
    });
    expect(mediaKeys && width > 0, "nothing was decrypted");
    expect(licences.length === 1, `${licences.length} licences`);
    const { keys } = await licences[0];
    const urls = requests.map((request) => request.url()).join(" ");
    expect(
      keys.every(({ k }) => !urls.includes(k) && !urls.includes(Buffer.from(k, "base64url").toString("hex"))),
      "a key is in an address",
    );
    await context.close();
    return `${keys.length} keys`;
  });

  await check("only tracks with keys for a browser are played", async () => {
    const { context, page } = await visit(browser);
    await playFromCatalogue(page, base, title.id);
    const rungs = await page.evaluate(() =>
      globalThis.matinee.player.tracks.formats.flatMap((format) => format.rungs.map(({ id }) => id)),
    );
    const allowed = grant.video.tracks.filter((track) => CLASSES.includes(track.protection?.class ?? "sd"));
    expect(
      rungs.length > 0 && rungs.every((id) => allowed.some((track) => track.id === id)),
      `the player has ${rungs.join()}`,
    );
    await context.close();
  });
}

/** How long the clear lead is, in seconds; 0 where there is none. */
function leadS({ video }) {
  const clear = Math.min(...video.tracks.map((track) => track.protection?.clear_segments ?? 0));
  return (video.starts[clear] - video.starts[0]) / video.timescale;
}

/** Where the title has a clear lead, its first segments play while the licence is on its way. */
async function leadCheck({ browser, base, checks, grant }) {
  const { title } = grant;
  const endS = leadS(grant);
  if (endS === 0) return;
  await checks.check(`${title.name}: the clear lead plays before the licence is there`, async () => {
    const { context, page } = await visit(browser);
    let release;
    const released = new Promise((resolve) => (release = resolve));
    await page.route(LICENCE, (route) => released.then(() => route.continue()));
    await playFromCatalogue(page, base, title.id);
    await videoReaches(page, `v.currentTime > ${endS / 2}`);
    release();
    await videoReaches(page, `v.currentTime > ${Math.min(endS + 1, title.duration_s - 0.5)}`);
    await context.close();
    return `${endS.toFixed(1)} s`;
  });
}

async function refusalChecks({ browser, base, checks, grant }) {
  const { title } = grant;
  const check = (name, body) => checks.check(`${title.name}: ${name}`, body);
  const open = async (page, at = base) => {
    await page.goto(at);
    await page.locator(`a[data-title="${title.id}"]`).first().click();
  };

  await check("a licence that fails once is asked for again with a new token", async () => {
    const { context, page } = await visit(browser);
    const tokens = [];
    await page.route(LICENCE, async (route) => {
      tokens.push(await route.request().headerValue("authorization"));
      return tokens.length === 1 ? route.fulfill({ status: 503 }) : route.continue();
    });
    await open(page);
    await videoReaches(page, `v.currentTime > ${leadS(grant) + 0.5}`);
    expect(tokens.length === 2 && tokens[0] !== tokens[1], `${tokens.length} requests`);
    await context.close();
  });

  await check("a refusal is said in the server's words", async () => {
    const { context, page } = await visit(browser);
    const error = { code: "too_many_streams", message: "Too many streams play at once." };
    await page.route(LICENCE, (route) => route.fulfill({ status: 403, json: { error } }));
    await open(page);
    await page.getByText(error.message).waitFor();
    await page.unroute(LICENCE);
    await page.getByRole("button", { name: "Try again" }).click();
    await videoReaches(page, "v.currentTime > 0.5");
    await context.close();
  });

  await check("a page that is not secure says so", async () => {
    const { context, page } = await visit(browser);
    const plain = new URL(base);
    plain.hostname = INSECURE_HOST;
    await open(page, plain.href);
    await page.getByText("Open this site by https").waitFor();
    await context.close();
  });

  await check("a browser without the key system says so", async () => {
    const { context, page } = await visit(browser);
    await page.addInitScript(() => {
      Navigator.prototype.requestMediaKeySystemAccess = () => Promise.reject(new DOMException("no"));
    });
    await open(page);
    await page.getByText("lacks a key system").waitFor();
    await context.close();
  });
}
