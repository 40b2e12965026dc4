/** Runs the packages' `tests/*.test.ts` by node's own runner, after esbuild: node 20 reads no TypeScript. */
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const folders = readdirSync(`${ROOT}packages`)
  .map((name) => `${ROOT}packages/${name}/tests`)
  .filter(existsSync);
const entryPoints = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `${folder}/${name}`),
);
const outdir = mkdtempSync(`${tmpdir()}/matinee-web-tests-`);
try {
  await build({
    entryPoints,
    outdir,
    bundle: true,
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
  const built = readdirSync(outdir, { recursive: true })
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => `${outdir}/${name}`);
  const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], {
    cwd: ROOT,
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(outdir, { recursive: true });
}
