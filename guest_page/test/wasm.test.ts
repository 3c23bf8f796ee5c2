import assert from "node:assert/strict";
import { test } from "node:test";
import { stripNames } from "../build/without_wasm_names.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const NAMES = [0, 7, 4, ...Buffer.from("name"), 1, 2];
const PRODUCERS = [0, 6, 4, ...Buffer.from("prod"), 9];
const TYPES = [1, 1, 0];

test("only the name section goes", () => {
  const stripped = stripNames(Uint8Array.from([...HEADER, ...TYPES, ...NAMES, ...PRODUCERS]));
  assert.deepEqual([...stripped], [...HEADER, ...TYPES, ...PRODUCERS]);
  assert.equal(WebAssembly.validate(Uint8Array.from([...HEADER, ...TYPES, ...PRODUCERS])), true);
});

test("a truncated module is refused", () => {
  assert.throws(() => stripNames(Uint8Array.from([...HEADER, 0, 0x80])), /truncated/);
});
