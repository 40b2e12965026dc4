/** What goes wrong is said in words, and what passes is outlived. */
import { playFromCatalogue, stats, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";

const MEDIA = /\/media\/.*\.(mp4|m4s|cmfv|cmfa)/;

export async function failureSuite({ browser, base, checks, grant }) {
  const { id } = grant.title;

  await checks.check("failure: missing media is said in words, and trying again works", async () => {
    const { context, page } = await visit(browser);
    await page.route(MEDIA, (route) => route.fulfill({ status: 404 }));
    await page.goto(base);
    await page.locator(`a[data-title="${id}"]`).first().click();
    await page.getByText("missing on the server").waitFor();
    await page.unroute(MEDIA);
    await page.getByRole("button", { name: "Try again" }).click();
    await videoReaches(page, "v.currentTime > 0.5");
    await context.close();
  });

  await checks.check("failure: a server that stumbles is asked again", async () => {
    const { context, page } = await visit(browser);
    let asked = 0;
    await page.route(MEDIA, (route) =>
      asked++ % 2 === 0 ? route.fulfill({ status: 503 }) : route.continue(),
    );
    await page.goto(base);
    await page.locator(`a[data-title="${id}"]`).first().click();
    await videoReaches(page, "v.currentTime > 2", 30_000);
    const { droppedAppends } = await stats(page);
    expect(droppedAppends === 0, `${droppedAppends} dropped appends`);
    await context.close();
    return `${asked} requests`;
  });

  await checks.check("failure: bytes that are no film are said in words", async () => {
    const { context, page } = await visit(browser);
    await page.route(MEDIA, (route) =>
      route.fulfill({ status: 206, body: Buffer.alloc(rangeLength(route.request()), 7) }),
    );
    await page.goto(base);
    await page.locator(`a[data-title="${id}"]`).first().click();
    await page.getByText("could not be decoded").waitFor();
    await context.close();
  });

  await checks.check("failure: offline in mid-film plays on from the buffer and afterwards", async () => {
    const { context, page } = await visit(browser);
    await playFromCatalogue(page, base, id);
    await context.setOffline(true);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await context.setOffline(false);
    const at = await page.evaluate(() => document.querySelector("video").currentTime);
    await videoReaches(page, `v.currentTime > ${at + 1.5}`);
    await context.close();
  });

  await checks.check("failure: an unknown title is said in words", async () => {
    const { context, page } = await visit(browser);
    await page.goto(`${base}/watch/no-such-title`);
    await page.getByText("There is no such title here").waitFor();
    await page.getByRole("link", { name: "All titles" }).click();
    await page.locator("a[data-title]").first().waitFor();
    await context.close();
  });
}

function rangeLength(request) {
  const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers().range ?? "bytes=0-99") ?? [];
  return Number(end) - Number(start) + 1;
}
