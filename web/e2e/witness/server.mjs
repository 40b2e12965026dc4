/**
 * Serves the outside players' pages from an origin of their own, so that they reach the media across origins as third
 * parties do. Licence requests it hands on: the API answers its own pages, and other sites' servers.
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { PLAYERS } from "./players.mjs";

const MODULES = fileURLToPath(new URL("../../node_modules/", import.meta.url));
const LICENCE = "/api/titles/";
/** What of a licence request the API reads. */
const HEADERS = ["authorization", "matinee-device", "content-type"];

const page = (script) =>
  `<!doctype html><title>Witness</title><link rel="icon" href="data:,"><video></video><script src="/${script}"></script>`;

/** Serves pages that play what `api` grants. */
export async function servePlayers(api) {
  const server = createServer((request, response) => {
    answer(api, request).then(
      ({ status = 200, type, body }) => response.writeHead(status, { "content-type": type }).end(body),
      (error) => response.writeHead(502).end(String(error)),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function answer(api, request) {
  const { url } = request;
  const player = PLAYERS.find(({ name }) => url === `/${name}`);
  if (player) return { type: "text/html", body: page(player.script) };
  if (PLAYERS.some(({ script }) => url === `/${script}`))
    return { type: "text/javascript", body: await readFile(MODULES + url.slice(1)) };
  if (url.startsWith(LICENCE) && request.method === "POST") return handOn(api, request);
  return { status: 404, type: "text/plain", body: "There is nothing here." };
}

async function handOn(api, request) {
  const headers = HEADERS.filter((name) => request.headers[name]).map((name) => [name, request.headers[name]]);
  const body = await buffer(request);
  const answered = await fetch(api + request.url, { method: "POST", headers, body });
  return {
    status: answered.status,
    type: answered.headers.get("content-type") ?? "application/json",
    body: Buffer.from(await answered.arrayBuffer()),
  };
}
