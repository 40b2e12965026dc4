/**
 * Builds the app into `dist/`: one script, one style sheet and the icon under names that carry their hash,
 * and `index.html` that names them.
 *
 * Fails where a budget is broken: start-up is dominated by bytes, so they are counted on every build.
 */
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const APP = `${ROOT}packages/app/`;
const DIST = `${ROOT}dist/`;
/** Brotli bytes of what plays a film, and of everything the first visit fetches but art. */
const CORE_BUDGET = 15_000;
const APP_BUDGET = 40_000;

const OPTIONS = {
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
};

async function bundled(entry) {
  const result = await build({ ...OPTIONS, entryPoints: [entry] });
  return result.outputFiles[0].contents;
}

async function emit(stem, extension, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const name = `assets/${stem}-${hash}.${extension}`;
  await writeFile(DIST + name, bytes);
  return { name, brotliBytes: brotliCompressSync(bytes).length };
}

function within(what, bytes, budget) {
  console.log(`${what.padEnd(12)} ${String(bytes).padStart(6)} B brotli of ${budget}`);
  if (bytes > budget) process.exitCode = 1;
}

await rm(DIST, { recursive: true, force: true });
await mkdir(`${DIST}assets`, { recursive: true });
const script = await emit("matinee", "js", await bundled(`${APP}src/main.ts`));
const style = await emit("matinee", "css", await bundled(`${APP}src/style/main.css`));
const icon = await emit("icon", "svg", await readFile(`${APP}icon.svg`));
const page = (await readFile(`${APP}index.html`, "utf8"))
  .replace("{{script}}", `/${script.name}`)
  .replace("{{style}}", `/${style.name}`)
  .replace("{{icon}}", `/${icon.name}`);
await writeFile(`${DIST}index.html`, page);

const core = brotliCompressSync(await bundled(`${ROOT}packages/player-dom/src/index.ts`)).length;
within("player core", core, CORE_BUDGET);
within(
  "app",
  script.brotliBytes + style.brotliBytes + icon.brotliBytes + brotliCompressSync(page).length,
  APP_BUDGET,
);
