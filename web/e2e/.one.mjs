import { launch } from "./browser.mjs";
import { Checks } from "./checks.mjs";
import { openFixture } from "./fixture/open.mjs";
import { formatsSuite } from "./suites/formats.mjs";
const f = await openFixture(); const browser = await launch(); const checks = new Checks();
const grant = await (await fetch(f.base + "/api/titles/fixture-formats/play", { method: "POST" })).json();
await formatsSuite({ browser, base: f.base, checks, grant });
await browser.close(); f.close(); checks.finish();
