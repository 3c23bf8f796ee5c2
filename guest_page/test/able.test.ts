import assert from "node:assert/strict";
import { test } from "node:test";
import { isAble } from "../src/able.ts";

test("a present browser is able", () => {
  assert.equal(isAble(), true);
});

test("a browser without encryption, WebAssembly or its reference types is not", () => {
  const { crypto, WebAssembly } = globalThis;
  assert.equal(isAble({ crypto: {}, WebAssembly }), false, "an address that is not https");
  assert.equal(isAble({ crypto }), false);
  assert.equal(isAble({ crypto, WebAssembly: { validate: () => false } }), false, "a browser of before 2021");
  const broken = {
    validate: (): boolean => {
      throw new Error("switched off");
    },
  };
  assert.equal(isAble({ crypto, WebAssembly: broken }), false);
});
