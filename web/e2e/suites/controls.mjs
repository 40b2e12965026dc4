/** Seeking, keys, captions, menus: every control does what it says. */
import { currentTime, playDirectly, playFromCatalogue, stats, videoReaches, visit } from "../browser.mjs";
import { expect, expectNear } from "../checks.mjs";
import { rungsOf } from "../formats.mjs";

const SEEK_SLACK_S = 0.8;

export async function controlsSuite({ browser, base, checks, grant }) {
  const { context, page, complaints } = await visit(browser);
  const { duration_s: durationS, id } = grant.title;
  await playFromCatalogue(page, base, id);
  await keys({ page, checks, durationS });
  await seeking({ page, checks, durationS, grant });
  await menus({ page, checks, grant });
  await captions({ page, checks, grant });
  await checks.check("controls: the console is silent", () =>
    expect(complaints.length === 0, complaints.join("; ")),
  );
  await checks.check("controls: back leads to the catalogue and stops the film", async () => {
    await page.getByRole("link", { name: "Back to all titles" }).click();
    await page.locator("a[data-title]").first().waitFor();
    expect((await page.locator("video").count()) === 0, "a video is still there");
  });
  await context.close();
  await direct({ browser, base, checks, id });
  await narrow({ browser, base, checks, id });
}

/** Telephones, from the narrowest on. A film of hours takes most room. */
const WIDTHS_PX = [320, 360, 390, 430, 480];

async function narrow({ browser, base, checks, id }) {
  await checks.check("controls: on telephones no button is cut off", async () => {
    const { context, page } = await visit(browser, { hasTouch: true });
    await playFromCatalogue(page, base, id);
    await page.keyboard.press("k");
    for (const width of WIDTHS_PX) {
      await page.setViewportSize({ width, height: 800 });
      const [right, limit] = await page.evaluate(() => {
        document.querySelector(".time").textContent = "1:02:11 / 2:31:00";
        const bar = document.querySelector(".buttons");
        const ends = [...bar.children].map((child) => child.getBoundingClientRect().right);
        return [Math.max(...ends), bar.getBoundingClientRect().right];
      });
      expect(right <= limit + 1, `at ${width} px the last button ends at ${right}, the bar at ${limit}`);
    }
    await context.close();
  });
}

/** A browser plays no sound before the first click on a site: then the page asks for that click. */
async function direct({ browser, base, checks, id }) {
  await checks.check("controls: a link opened directly asks for one click and plays with sound", async () => {
    const { context, page } = await visit(browser);
    await playDirectly(page, base, id);
    await videoReaches(page, "v.currentTime > 0.5 && !v.muted");
    await context.close();
  });
}

async function keys({ page, checks, durationS }) {
  const video = (property) => page.evaluate((name) => document.querySelector("video")[name], property);
  const press = (key) => page.keyboard.press(key);
  const pressed = async (key, property, wanted) => {
    await press(key);
    expect((await video(property)) === wanted, `${key}: ${property} is not ${wanted}`);
  };
  await checks.check("keys: Space and k pause and play", async () => {
    await pressed("Space", "paused", true);
    await pressed("k", "paused", false);
    await pressed("k", "paused", true);
  });
  await checks.check("keys: numbers, arrows, j and l move through the film", async () => {
    await press("5");
    expectNear(await currentTime(page), durationS / 2, SEEK_SLACK_S, "5");
    const steps = [
      ["ArrowLeft", -5],
      ["ArrowRight", 5],
      ["j", -10],
      ["l", 10],
    ];
    for (const [key, by] of steps) {
      const from = await currentTime(page);
      await press(key);
      expectNear(await currentTime(page), Math.min(Math.max(from + by, 0), durationS), SEEK_SLACK_S, key);
    }
    await press("0");
    expectNear(await currentTime(page), 0, SEEK_SLACK_S, "0");
  });
  await checks.check("keys: arrows set the volume, m mutes", async () => {
    await press("ArrowDown");
    expectNear(await video("volume"), 0.9, 0.01, "volume");
    await press("ArrowUp");
    expectNear(await video("volume"), 1, 0.01, "volume");
    await pressed("m", "muted", true);
    await pressed("m", "muted", false);
  });
  await checks.check("keys: f fills the screen and gives it back", async () => {
    await press("f");
    await page.waitForFunction(() => document.fullscreenElement?.classList.contains("stage"));
    await press("f");
    await page.waitForFunction(() => !document.fullscreenElement);
  });
  await checks.check("keys: s shows the figures and hides them", async () => {
    const panel = page.getByRole("complementary", { name: "Statistics" });
    await press("s");
    await panel.waitFor();
    const figures = await panel.innerText();
    for (const term of ["Format", "VMAF", "Buffer", "Dropped"])
      expect(figures.includes(term), `${term} is not in ${figures}`);
    await press("s");
    await panel.waitFor({ state: "hidden" });
  });
  await checks.check("keys: ? shows the keys, Escape hides them", async () => {
    await press("?");
    await page.getByRole("dialog").waitFor();
    await press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });
}

async function seeking({ page, checks, durationS, grant }) {
  await checks.check("seeking: far ahead, back, and by the bar, playing on each time", async () => {
    await page.keyboard.press("k");
    for (const share of [0.8, 0.1, 0.6]) {
      const at = share * durationS;
      await page.evaluate((time) => globalThis.matinee.player.seek(time), at);
      await videoReaches(page, `!v.seeking && v.currentTime > ${at + 0.2} && v.currentTime < ${at + 5}`);
    }
    const box = await page.getByRole("slider", { name: "Seek" }).boundingBox();
    await page.mouse.click(box.x + box.width * 0.3, box.y + box.height / 2);
    await videoReaches(page, `!v.seeking && Math.abs(v.currentTime - ${0.3 * durationS}) < 3`);
  });
  await checks.check("seeking: twenty jumps in a row leave a playing film", async () => {
    for (let i = 0; i < 20; i++) {
      await page.evaluate((at) => globalThis.matinee.player.seek(at), (((i * 7) % 19) / 20) * durationS);
    }
    const at = await currentTime(page);
    await videoReaches(page, `!v.seeking && v.currentTime > ${at} + 0.3`);
    const { droppedAppends } = await stats(page);
    expect(droppedAppends === 0, `${droppedAppends} dropped appends`);
  });
  if (!grant.thumbnails) return;
  await checks.check("seeking: the bar shows a thumbnail under the pointer", async () => {
    const box = await page.getByRole("slider", { name: "Seek" }).boundingBox();
    const sheet = page
      .waitForResponse((response) => response.url().includes(grant.thumbnails.sheets[0]), { timeout: 3000 })
      .catch(() => undefined);
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
    await page.locator(".thumbnail.shown").waitFor();
    await sheet;
    const background = await page
      .locator(".thumbnail-picture")
      .evaluate((picture) => picture.style.background);
    expect(background.includes(grant.thumbnails.sheets[0]), background);
  });
}

async function menus({ page, checks, grant }) {
  const rungs = rungsOf(grant, (await stats(page)).format);
  await checks.check("quality: a picked rung is what is shown", async () => {
    await page.evaluate(() => globalThis.matinee.player.seek(0));
    const menu = page.getByRole("button", { name: "Quality" });
    for (const pick of [rungs[0], rungs.at(-1)]) {
      await menu.click();
      await page
        .getByRole("menuitemradio", { name: `${pick.height}p` })
        .first()
        .click();
      // A short film may be over before: then it is shown from the start.
      await videoReaches(page, `(v.ended && (v.currentTime = 0, v.play()), v.videoHeight === ${pick.height})`, 20_000);
    }
    await menu.click();
    const readout = await page.locator(".menu-panel .readout").innerText();
    expect(/Buffer/.test(readout) && /Throughput/.test(readout), readout);
    await page.keyboard.press("Escape");
    expect(
      await menu.evaluate((button) => button === document.activeElement),
      "focus is not back on the button",
    );
  });
}

async function captions({ page, checks, grant }) {
  if (grant.text.length === 0) return;
  await checks.check("captions: c shows them", async () => {
    await page.evaluate(() => globalThis.matinee.player.seek(0));
    await page.keyboard.press("c");
    const ready = () =>
      [...document.querySelector("video").textTracks].find(({ mode }) => mode === "hidden")?.cues?.[0];
    await page.waitForFunction(ready);
    const first = await page.evaluate(`(${ready})().startTime`);
    await page.evaluate((at) => globalThis.matinee.player.seek(at + 0.1), first);
    await page.locator(".captions p").first().waitFor();
    await page.keyboard.press("c");
    await page.locator(".captions p").first().waitFor({ state: "detached" });
  });
}
