/** Type-checks every package on its own, so that the one without the DOM stays without it. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const projects = [...readdirSync(`${ROOT}packages`).map((name) => `packages/${name}`), "tsconfig.tests.json"];

for (const project of projects) {
  const { status } = spawnSync("node_modules/.bin/tsc", ["-p", project], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
