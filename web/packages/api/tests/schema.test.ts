/** The client's shapes are the server's: `src/schema.ts` is what the OpenAPI snapshot gives. */
import { test } from "node:test";
import { equal } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { generate, type OpenApi } from "./generate.ts";

const SNAPSHOT = "../api/openapi.json";
const SCHEMA = "packages/api/src/schema.ts";

test("the generated shapes are up to date (else: npm run schema)", () => {
  const expected = generate(JSON.parse(readFileSync(SNAPSHOT, "utf8")) as OpenApi);
  if (process.env.UPDATE_SCHEMA) writeFileSync(SCHEMA, expected);
  equal(readFileSync(SCHEMA, "utf8"), expected);
});
