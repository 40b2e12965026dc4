/** Transfers: what is resumed, what is given up, what is measured. */
import { mock, test } from "node:test";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { Network, TransferError } from "../src/transfer.ts";
import { serve, settle } from "./fakes.ts";

const whole = new AbortController().signal;

test("a broken transfer resumes at the byte where it broke", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked = serve((request) => (request === 0 ? { cutAfter: 30 } : undefined));
  const bytes = new Network().bytes("/low.mp4", [0, 110], whole);
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
    new Network().bytes("/low.mp4", [0, 110], whole),
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
  await rejects(new Network().bytes("/low.mp4", [0, 110], control.signal), { name: "AbortError" });
});

test("a whole file in answer to a range is no answer", async () => {
  serve(() => ({ status: 200 }));
  await rejects(new Network().bytes("/low.mp4", [0, 110], whole), TransferError);
});
