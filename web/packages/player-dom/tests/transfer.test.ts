/** Transfers: what is resumed, what is given up, what is measured. */
import { mock, test } from "node:test";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { Network, TransferError } from "../src/transfer.ts";
import { serve, settle, type Mishap } from "./fakes.ts";

const whole = new AbortController().signal;

test("a broken transfer resumes at the byte where it broke", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked = serve((request) => (request === 0 ? { cutAfter: 30 } : undefined));
  const bytes = new Network().bytes(["/low.mp4"], [0, 110], whole);
  await settle();
  mock.timers.tick(400);
  equal((await bytes).filter((byte) => byte === 1).length, 100);
  deepEqual(asked, ["/low.mp4 0-109", "/low.mp4 30-109"]);
  mock.timers.reset();
});

test("a server that stays broken is asked seven times", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked = serve(() => ({ status: 503 }));
  const failure = rejects(
    new Network().bytes(["/low.mp4"], [0, 110], whole),
    (error: TransferError) => error.failure.code === "server",
  );
  for (let attempt = 0; attempt < 7; attempt++) {
    await settle();
    mock.timers.tick(10_000);
  }
  await failure;
  equal(asked.length, 7);
  mock.timers.reset();
});

test("an abort ends the transfer with its reason", async () => {
  serve();
  const control = new AbortController();
  control.abort();
  await rejects(new Network().bytes(["/low.mp4"], [0, 110], control.signal), { name: "AbortError" });
});

test("a whole file in answer to a range is no answer", async () => {
  serve(() => ({ status: 200 }));
  await rejects(new Network().bytes(["/low.mp4"], [0, 110], whole), TransferError);
});

const A = "https://a.example/low.mp4";
const B = "https://b.example/low.mp4";

/** What was asked for while 110 bytes were fetched under `mishap`, and the switches that were told. */
async function fetched(network: Network, mishap: Mishap, urls = [A, B]) {
  const asked = serve(mishap);
  const told: string[] = [];
  const forget = network.on("edge", ({ from, to }) => told.push(`${from} ${to}`));
  const bytes = await network.bytes(urls, [0, 110], whole);
  forget();
  equal(bytes.filter((byte) => byte === 1).length, 100);
  return { asked, told };
}

test("what an edge does not send comes from the next, at once and from the byte where it broke", async () => {
  const told = ["https://a.example https://b.example"];
  for (const [mishap, asked] of [
    [{ refused: true }, [`${A} 0-109`, `${B} 0-109`]],
    [{ status: 503 }, [`${A} 0-109`, `${B} 0-109`]],
    [{ status: 404 }, [`${A} 0-109`, `${B} 0-109`]],
    [{ cutAfter: 30 }, [`${A} 0-109`, `${B} 30-109`]],
  ] as const)
    deepEqual(await fetched(new Network(), (request) => (request === 0 ? mishap : undefined)), { asked, told });
});

test("an edge that failed is left alone, and asked again after a while", async () => {
  const clock = mock.method(performance, "now", () => 0);
  const network = new Network();
  await fetched(network, (request) => (request === 0 ? { status: 500 } : undefined));
  deepEqual(await fetched(network, () => undefined), { asked: [`${B} 0-109`], told: [] });
  clock.mock.mockImplementation(() => 30_000);
  const told = ["https://b.example https://a.example"];
  deepEqual(await fetched(network, () => undefined), { asked: [`${A} 0-109`], told });
  clock.mock.restore();
});

test("a silent edge is given up sooner where there is another", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const done = fetched(new Network(), (request) => (request === 0 ? { silent: true } : undefined));
  await settle();
  mock.timers.tick(3_999);
  await settle();
  mock.timers.tick(1);
  deepEqual((await done).asked, [`${A} 0-109`, `${B} 0-109`]);
  mock.timers.reset();
});

test("edges that all fail are asked in turn, and then given up", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked = serve(() => ({ status: 503 }));
  const failure = rejects(new Network().bytes([A, B], [0, 110], whole), TransferError);
  for (let attempt = 0; attempt < 8; attempt++) {
    await settle();
    mock.timers.tick(10_000);
  }
  await failure;
  equal(asked.length, 8);
  equal(asked.filter((line) => line.startsWith(A)).length, 4);
  mock.timers.reset();
});

test("what all edges lack is missing at once", async () => {
  const asked = serve(() => ({ status: 404 }));
  const isMissing = (error: TransferError): boolean => error.failure.code === "missing";
  await rejects(new Network().bytes([A, B], [0, 110], whole), isMissing);
  equal(asked.length, 2);
});
