/** Several sounds: the viewer chooses the language, the device its codec and layout. */
import { playDirectly, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";

/** Runs where the grant has a choice. */
export async function soundSuite({ browser, base, checks, grant }) {
  const suite = { browser, base, grant, check: (name, body) => checks.check(`sound: ${name}`, body) };
  const names = [...new Set(grant.audio.map(({ name }) => name))];
  if (names.length > 1) await languages(suite, names);
  if (grant.audio.some(({ channels }) => channels > 2)) await layouts(suite);
}

async function languages(suite, names) {
  await suite.check("another one is heard when it is picked, at the same place", async () => {
    const { context, page, complaints } = await visit(suite.browser);
    await playDirectly(page, suite.base, suite.grant.title.id);
    await videoReaches(page, "v.currentTime > 1");
    for (const name of [names[1], names[0]]) {
      const before = await decoded(page);
      const { at, channels } = await page.evaluate(() => ({
        at: document.querySelector("video").currentTime,
        channels: globalThis.matinee.player.audio.channels,
      }));
      await page.getByRole("button", { name: "Audio" }).click();
      await page.getByRole("menuitemradio", { name, exact: true }).click();
      await videoReaches(page, `v.currentTime > ${at + 1} && v.currentTime < ${at + 6}`);
      const audio = await page.evaluate(() => globalThis.matinee.player.audio);
      expect(audio.name === name, `${audio.name} is played, not ${name}`);
      const has = suite.grant.audio.some((track) => track.name === name && track.channels === channels);
      expect(!has || audio.channels === channels, `${audio.channels} channels, not ${channels}`);
      expect((await decoded(page)) > before, "no sound was decoded");
    }
    expect(complaints.length === 0, complaints.join("; "));
    await context.close();
    return names.join(", ");
  });
}

async function layouts(suite) {
  await suite.check("a stereo output plays stereo", async () => {
    const { context, page } = await visit(suite.browser);
    await page.addInitScript(outputOf, 2);
    await playDirectly(page, suite.base, suite.grant.title.id);
    await videoReaches(page, "v.currentTime > 1");
    const { channels, codec } = await page.evaluate(() => globalThis.matinee.player.audio);
    await context.close();
    expect(channels === 2, `${channels} channels`);
    return codec;
  });
  await suite.check(
    "a surround output plays surround, from the first frame on when it is known",
    async () => {
      const { context, page, complaints } = await visit(suite.browser);
      await page.addInitScript(outputOf, 6);
      await playDirectly(page, suite.base, suite.grant.title.id);
      const isSurround = () => globalThis.matinee.player.audio.channels === 6;
      await page.waitForFunction(isSurround);
      const before = await decoded(page);
      await videoReaches(page, "v.currentTime > 6", 20_000);
      expect((await decoded(page)) > before, "no sound was decoded");
      await page.reload();
      await page.waitForFunction(() => globalThis.matinee?.player);
      expect(await page.evaluate(isSurround), "the next start does not know the output");
      const { codec } = await page.evaluate(() => globalThis.matinee.player.audio);
      expect(complaints.length === 0, complaints.join("; "));
      await context.close();
      return codec;
    },
  );
}

const decoded = (page) => page.evaluate(() => document.querySelector("video").webkitAudioDecodedByteCount);

/** Runs in the page: an output with this many channels. */
function outputOf(channels) {
  Object.defineProperty(AudioDestinationNode.prototype, "maxChannelCount", { get: () => channels });
}
