/** Routes, times, tiles and the names of formats. */
import { test } from "node:test";
import { deepEqual, equal } from "node:assert/strict";
import type { Audio, Format } from "@matinee/player";
import { bitrate, clock, runtime, spoken } from "../src/format.ts";
import { routeOf, watchPath } from "../src/router.ts";
import { formatName, soundName } from "../src/watch/statistics.ts";
import { tileAt } from "../src/watch/thumbnail.ts";

test("a route is read back from its own path", () => {
  deepEqual(routeOf("/"), { page: "catalogue" });
  deepEqual(routeOf("/watch/"), { page: "catalogue" });
  deepEqual(routeOf("/watch/big-buck-bunny"), { page: "watch", id: "big-buck-bunny" });
  deepEqual(routeOf(watchPath("a b/c")), { page: "watch", id: "a b/c" });
});

test("times and rates as people read them", () => {
  equal([0, 7.9, 65, 3729].map(clock).join(), "0:00,0:07,1:05,1:02:09");
  equal([0, 1, 62, 3600].map(spoken).join(), "0 seconds,1 second,1 minute 2 seconds,1 hour");
  equal([30, 200, 7500].map(runtime).join(), "30 s,3 min,2 h 5 min");
  equal([640_000, 4_240_000, 25_000_000].map(bitrate).join(), "640 kb/s,4.2 Mb/s,25 Mb/s");
});

test("tiles fill sheets row by row", () => {
  const thumbnails = {
    sheets: ["a", "b"],
    tile: { width: 160, height: 90 },
    columns: 3,
    rows: 2,
    tiles: 8,
    interval_s: 2,
  };
  deepEqual(tileAt(thumbnails, 0), { sheet: 0, x: 0, y: 0 });
  deepEqual(tileAt(thumbnails, 9), { sheet: 0, x: 160, y: 90 }); // tile 4
  deepEqual(tileAt(thumbnails, 12), { sheet: 1, x: 0, y: 0 }); // tile 6
  deepEqual(tileAt(thumbnails, 999), { sheet: 1, x: 160, y: 0 }); // the last, 7
});

test("formats and sounds as people call them", () => {
  const formats = [
    ["h264", "sdr"],
    ["hevc", "hlg"],
    ["av1", "pq"],
  ] as const;
  equal(
    formats.map(([codec, transfer]) => formatName({ codec, transfer } as Format)).join(),
    "H.264,HEVC HLG,AV1 PQ",
  );
  const sounds = [
    ["aac", 2, 0],
    ["opus", 6, 0],
    ["eac3", 6, 12],
    ["aac", 3, 0],
  ] as const;
  equal(
    sounds.map(([codec, channels, objects]) => soundName({ codec, channels, objects } as Audio)).join(),
    "AAC stereo,Opus 5.1,E-AC-3 5.1 with 12 objects,AAC 3 channels",
  );
});
