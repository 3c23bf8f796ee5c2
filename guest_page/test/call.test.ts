import assert from "node:assert/strict";
import { test } from "node:test";
import { Line } from "../src/call/quality.ts";
import { calls, Roster } from "../src/call/roster.ts";
import { GONE_AFTER_MS, readContent } from "../src/call/wire.ts";

const NOBODY = (): boolean => false;

test("who says that they are there is in the call, and who comes again in another stay has come anew", () => {
  const roster = new Roster();
  assert.equal(roster.here("@a:x", "one", false, 0), true);
  assert.equal(roster.here("@a:x", "one", true, 10), false);
  assert.equal(roster.of("@a:x")?.video, true);
  assert.equal(roster.here("@a:x", "two", false, 20), true);
  assert.equal(roster.all.length, 1);
});

test("nobody takes another stay out of the call than their own", () => {
  const roster = new Roster();
  roster.here("@a:x", "one", false, 0);
  assert.equal(roster.gone("@a:x", "before"), false);
  assert.equal(roster.gone("@b:x", "one"), false);
  assert.equal(roster.all.length, 1);
  assert.equal(roster.gone("@a:x", "one"), true);
});

test("whoever is silent for too long is gone, unless a line stands", () => {
  const roster = new Roster();
  roster.here("@a:x", "one", false, 0);
  assert.equal(roster.expire(GONE_AFTER_MS, NOBODY), false);
  assert.equal(roster.expire(GONE_AFTER_MS + 1, (party) => party === "one"), false);
  assert.equal(roster.expire(GONE_AFTER_MS + 1, NOBODY), true);
  assert.deepEqual(roster.all, []);
});

test("who is out of the room is out of the call", () => {
  const roster = new Roster();
  roster.here("@a:x", "one", false, 0);
  assert.equal(roster.only(new Set(["@a:x"])), false);
  assert.equal(roster.only(new Set(["@b:x"])), true);
});

test("of two exactly one calls", () => {
  for (const [one, other] of [["a", "b"], ["0f", "f0"], ["zz", "za"]] as const) assert.notEqual(calls(one, other), calls(other, one));
});

test("what no page of ours has sent is nothing", () => {
  for (const raw of [{}, { kind: "here" }, { kind: "signal", from: "a", to: "b", event: "x", content: null }, { kind: "other", party: "a" }]) assert.equal(readContent(raw), null);
  assert.deepEqual(readContent({ kind: "here", party: "a", video: 1 }), { kind: "here", party: "a", video: false });
});

test("a picture goes after three bad moments in a row, once, and not for a single one", () => {
  const line = new Line();
  const [good, slow, losing] = [{ outgoing: 900_000, lost: 0 }, { outgoing: 60_000, lost: 0 }, { outgoing: null, lost: 0.3 }];
  assert.deepEqual([slow, slow, good, slow, losing, slow, slow].map((sample) => line.sample(sample)), [false, false, false, false, false, true, false]);
  assert.deepEqual(Array.from({ length: 9 }, () => line.sample({ outgoing: null, lost: 0 })), Array(9).fill(false));
});
