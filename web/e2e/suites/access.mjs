/** No accessibility violation on any page or state; the whole way by keyboard alone. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { playFromCatalogue, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** WCAG 2.2, 2.5.8. */
const MIN_TARGET_PX = 24;

export async function accessSuite({ browser, base, checks, grant }) {
  const { id } = grant.title;
  const { context, page } = await visit(browser, { reducedMotion: "reduce" });
  const clean = (state) =>
    checks.check(`access: no violation on ${state}`, async () => {
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(
        (tags) => globalThis.axe.run(document, { runOnly: tags }),
        TAGS,
      );
      expect(
        violations.length === 0,
        violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0].html}`).join("; "),
      );
    });

  await page.goto(base);
  await page.locator("a[data-title]").first().waitFor();
  await clean("the catalogue");
  await playFromCatalogue(page, base, id);
  await page.keyboard.press("k");
  await clean("the watch page");
  await page.keyboard.press("s");
  await clean("the statistics");
  await page.keyboard.press("s");
  await page.getByRole("button", { name: "Quality" }).click();
  await clean("the quality menu");
  await page.keyboard.press("Escape");
  await checks.check("access: every target has 24 pixels", async () => {
    const small = await page.evaluate((min) => {
      const targets = [...document.querySelectorAll("button, a, input, [tabindex='0']")].filter((node) =>
        node.checkVisibility(),
      );
      return targets
        .filter((node) => Math.min(node.offsetWidth, node.offsetHeight) < min)
        .map((node) => node.outerHTML.slice(0, 80));
    }, MIN_TARGET_PX);
    expect(small.length === 0, small.join("; "));
  });
  await page.keyboard.press("?");
  await clean("the dialog of keys");
  await page.goto(`${base}/watch/no-such-title`);
  await page.getByText("There is no such title here").waitFor();
  await clean("a failure");

  await checks.check("access: from the catalogue to a playing film by keyboard alone", async () => {
    await page.goto(base);
    await page.locator("a[data-title]").first().waitFor();
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => document.activeElement?.matches("a[data-title]"))) break;
    }
    await page.keyboard.press("Enter");
    await videoReaches(page, "v.currentTime > 0.3 && !v.muted");
  });
  await context.close();
}
