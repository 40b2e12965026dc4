/** One box: a protected title plays over the network from a server that speaks TLS itself, pages, licences and media alike. */
import { WITHOUT_QUIC, launch, playFromCatalogue, videoReaches, visit } from "../browser.mjs";
import { expect } from "../checks.mjs";
import { PINNED, openBox } from "../fixture/secure.mjs";
import { publish } from "../fixture/tiers.mjs";

const RATE = 8;
const PATIENCE_MS = 60_000;

export async function boxSuite({ checks }) {
  const id = publish("cbcs");
  const box = await openBox();
  const browser = await launch([PINNED, WITHOUT_QUIC]);
  try {
    const { page, complaints } = await visit(browser);
    await checks.check("one box: a protected title plays over https", async () => {
      await playFromCatalogue(page, box.base, id, PATIENCE_MS);
      await page.evaluate((rate) => (document.querySelector("video").playbackRate = rate), RATE);
      await videoReaches(page, "v.ended && v.mediaKeys !== null", PATIENCE_MS);
      expect(complaints.length === 0, complaints.join("; "));
    });
    await checks.check("one box: all of it came by HTTP/2", async () => {
      const spoken = await page.evaluate(() =>
        performance.getEntriesByType("resource").map(({ name, nextHopProtocol }) => `${new URL(name).origin} ${nextHopProtocol}`),
      );
      // What was in the browser's cache came by nothing.
      const ways = [...new Set(spoken)].filter((way) => !way.endsWith(" "));
      expect(ways.length === 1 && ways[0] === `${box.base} h2`, ways.join("; "));
      return `${spoken.length} answers`;
    });
  } finally {
    await browser.close();
    box.close();
  }
}
