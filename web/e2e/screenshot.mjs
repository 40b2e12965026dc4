/**
 * Pictures of the page for the documentation.
 *
 *     node e2e/screenshot.mjs --out DIR [--base URL] [--title ID] [--at SECONDS]
 */
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { launch, playFromCatalogue, videoReaches, visit } from "./browser.mjs";
import { openFixture } from "./fixture/open.mjs";

const { values } = parseArgs({
  options: {
    base: { type: "string" },
    out: { type: "string" },
    title: { type: "string" },
    at: { type: "string", default: "12" },
  },
});
if (!values.out) throw new Error("say where the pictures go: --out DIR");
await mkdir(values.out, { recursive: true });

const fixture = values.base ? undefined : await openFixture();
const base = values.base ?? fixture.base;
const { titles } = await (await fetch(`${base}/api/titles`)).json();
const id = values.title ?? titles[0].id;
const browser = await launch();
const wide = await visit(browser, { viewport: { width: 1440, height: 810 } });
const shoot = (page, name) => page.screenshot({ path: `${values.out}/${name}.png` });
const settled = (page) =>
  page.waitForFunction(
    () =>
      [...document.images].every((image) => image.complete) &&
      document.getAnimations().every(({ playState }) => playState !== "running"),
  );

await wide.page.goto(base);
await wide.page.locator("a[data-title]").first().waitFor();
await settled(wide.page);
await shoot(wide.page, "catalogue");

await playFromCatalogue(wide.page, base, id);
await wide.page.evaluate(() => document.querySelector("video").play());
await wide.page.evaluate((at) => globalThis.matinee.player.seek(at), Number(values.at));
await videoReaches(wide.page, `!v.seeking && v.currentTime > ${Number(values.at) + 0.5}`);
await wide.page.mouse.move(700, 300);
await shoot(wide.page, "watch");
const bar = await wide.page.getByRole("slider", { name: "Seek" }).boundingBox();
await wide.page.mouse.move(bar.x + bar.width * 0.7, bar.y + bar.height / 2);
await wide.page.waitForTimeout(400);
await shoot(wide.page, "thumbnail");
await wide.page.keyboard.press("c");
await wide.page.getByRole("button", { name: "Quality" }).click();
await wide.page.waitForTimeout(700);
await shoot(wide.page, "quality");
await wide.page.keyboard.press("Escape");
await wide.page.keyboard.press("?");
await wide.page.waitForTimeout(300);
await shoot(wide.page, "keys");

await wide.page.goto(`${base}/watch/no-such-title`);
await wide.page.getByText("There is no such title here").waitFor();
await shoot(wide.page, "failure");

const phone = await visit(browser, {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
});
await phone.page.goto(base);
await phone.page.locator("a[data-title]").first().waitFor();
await settled(phone.page);
await shoot(phone.page, "phone-catalogue");
await playFromCatalogue(phone.page, base, id);
await shoot(phone.page, "phone-watch");

await browser.close();
fixture?.close();
