/**
 * Serves the outside players' pages from an origin of their own, so that they reach the media across origins
 * as third parties do.
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PLAYERS } from "./players.mjs";

const MODULES = fileURLToPath(new URL("../../node_modules/", import.meta.url));

const page = (script) =>
  `<!doctype html><title>Witness</title><link rel="icon" href="data:,"><video></video><script src="/${script}"></script>`;

export async function servePlayers() {
  const server = createServer((request, response) => {
    const player = PLAYERS.find(({ name }) => request.url === `/${name}`);
    if (player) return response.writeHead(200, { "content-type": "text/html" }).end(page(player.script));
    if (!PLAYERS.some(({ script }) => request.url === `/${script}`)) return response.writeHead(404).end();
    readFile(MODULES + request.url.slice(1)).then((body) =>
      response.writeHead(200, { "content-type": "text/javascript" }).end(body),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
