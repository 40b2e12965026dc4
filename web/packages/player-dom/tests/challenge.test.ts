/** What of a CDM's message goes to the licence server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { challengeOf, fromBase64 } from "../src/challenge.ts";

const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

function utf16(text: string): ArrayBuffer {
  return bytes(...Buffer.from(text, "utf16le"));
}

test("wrapped challenges are taken out, others left as they are", () => {
  const wrapped =
    '<PlayReadyKeyMessage type="LicenseAcquisition"><LicenseAcquisition Version="1">' +
    '<Challenge encoding="base64encoded">PGE+</Challenge><HttpHeaders></HttpHeaders>' +
    "</LicenseAcquisition></PlayReadyKeyMessage>";
  assert.deepEqual(new Uint8Array(challengeOf(utf16(wrapped))), new TextEncoder().encode("<a>"));
  for (const message of [bytes(8, 1, 255), bytes(), utf16("<Challenge>")]) {
    assert.equal(challengeOf(message), message);
  }
});

test("base64 is read", () => {
  assert.deepEqual([...fromBase64("/wA=")], [255, 0]);
});
