/**
 * Players in front of tiers of caches that die, and of an edge under TLS.
 *
 *     cargo xtask test e2e         builds what is needed first
 *     node e2e/tiers.mjs
 */
import { launch } from "./browser.mjs";
import { Checks } from "./checks.mjs";
import { protocolsSuite } from "./suites/protocols.mjs";
import { tiersSuite } from "./suites/tiers.mjs";

const browser = await launch();
const checks = new Checks();
try {
  await tiersSuite({ browser, checks });
  await protocolsSuite({ checks });
} finally {
  await browser.close();
}
checks.finish();
