/**
 * Players in front of tiers of caches that die, of an edge under TLS, and of a server under TLS.
 *
 *     cargo xtask test e2e         builds what is needed first
 *     node e2e/tiers.mjs
 */
import { launch } from "./browser.mjs";
import { Checks } from "./checks.mjs";
import { boxSuite } from "./suites/box.mjs";
import { protocolsSuite } from "./suites/protocols.mjs";
import { tiersSuite } from "./suites/tiers.mjs";

const browser = await launch();
const checks = new Checks();
try {
  await tiersSuite({ browser, checks });
  await protocolsSuite({ checks });
  await boxSuite({ checks });
} finally {
  await browser.close();
}
checks.finish();
