/**
 * End-to-end checks in a real browser.
 *
 *     node e2e/run.mjs                       against the synthetic fixture
 *     node e2e/run.mjs --base URL            against a running `matinee serve`, every title of its catalogue
 *     node e2e/run.mjs [--base URL] --witness  and its HLS and DASH in three players that are not ours
 *     node e2e/run.mjs --titles-only         without what the page does whatever the title
 *     node e2e/run.mjs --title ID --seconds N  one title; witnesses stop after N seconds (default 8)
 */
import { parseArgs } from "node:util";
import { launch } from "./browser.mjs";
import { Checks } from "./checks.mjs";
import { openFixture } from "./fixture/open.mjs";
import { askGrant } from "./grant.mjs";
import { accessSuite } from "./suites/access.mjs";
import { controlsSuite } from "./suites/controls.mjs";
import { failureSuite } from "./suites/failure.mjs";
import { formatsSuite } from "./suites/formats.mjs";
import { networkSuite } from "./suites/network.mjs";
import { playSuite } from "./suites/play.mjs";
import { protectionSuite } from "./suites/protection.mjs";
import { soundSuite } from "./suites/sound.mjs";
import { witnessSuite } from "./witness/suite.mjs";

const { values } = parseArgs({
  options: {
    base: { type: "string" },
    title: { type: "string" },
    witness: { type: "boolean", default: false },
    seconds: { type: "string", default: "8" },
    "titles-only": { type: "boolean", default: false },
  },
});

/** A grant with the tracks that a browser gets keys for. */
const playable = (grant) => {
  const isPlayable = ({ protection }) => !protection || grant.protection.classes.includes(protection.class);
  const { video, audio } = grant;
  const tracks = video.tracks.filter(isPlayable);
  return { ...grant, video: { ...video, tracks }, audio: audio.filter(isPlayable) };
};

const fixture = values.base ? undefined : await openFixture();
const base = (values.base ?? fixture.base).replace(/\/$/, "");
/** A title shorter than this is only played. */
const CHANGING_S_MIN = 10;

const browser = await launch();
const checks = new Checks();
try {
  const { titles } = await (await fetch(`${base}/api/titles`)).json();
  const chosen = titles.filter(({ id }) => !values.title || id === values.title);
  if (chosen.length === 0) throw new Error(`${base} has no title to play.`);
  const grants = await Promise.all(chosen.map(({ id }) => askGrant(base, id, "end-to-end-checks")));
  for (const grant of grants) {
    // Formats and sounds are changed while a title plays: a short one would be over before.
    const changing = grant.title.duration_s >= CHANGING_S_MIN ? [formatsSuite, soundSuite] : [];
    const unlocking = grant.protection ? [protectionSuite] : [];
    for (const suite of [playSuite, ...changing]) await suite({ browser, base, checks, grant: playable(grant) });
    for (const suite of unlocking) await suite({ browser, base, checks, grant });
    // The fixture has no manifests of its protected titles.
    if (values.witness && (values.base || !grant.protection))
      await witnessSuite({ browser, base, checks, grant: playable(grant), seconds: Number(values.seconds) });
  }
  // The page's own behaviour does not depend on the title: it is checked on the longest.
  const grant = grants.reduce((longest, next) =>
    next.title.duration_s > longest.title.duration_s ? next : longest,
  );
  const pageSuites = values["titles-only"] ? [] : [controlsSuite, networkSuite, failureSuite, accessSuite];
  for (const suite of pageSuites)
    await suite({ browser, base, checks, grant: playable(grant) });
} finally {
  await browser.close();
  fixture?.close();
}
checks.finish();
