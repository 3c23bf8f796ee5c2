import assert from "node:assert/strict";
import { test } from "node:test";
import { heardDate, serverNow } from "../src/clock.ts";

const near = (a: number, b: number): boolean => Math.abs(a - b) < 2_000;

test("a clock that is years away is put right by what the server says, and one that is right is left alone", () => {
  const now = Date.now();
  heardDate(new Date(now + 86_400_000 * 1_000).toUTCString());
  assert.ok(near(serverNow(), now + 86_400_000 * 1_000));
  heardDate("not a date");
  heardDate(null);
  assert.ok(near(serverNow(), now + 86_400_000 * 1_000));
  heardDate(new Date(now + 5_000).toUTCString());
  assert.ok(near(serverNow(), now));
});
