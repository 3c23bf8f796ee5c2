import assert from "node:assert/strict";
import { test } from "node:test";
import type { MatrixEvent } from "matrix-js-sdk/lib/models/event.js";
import { Signs } from "../src/session/signs.ts";

function scene(able = true) {
  const told: string[] = [];
  const clock = { now: 100_000 };
  const client = {
    sendTyping: async (_room: string, writing: boolean) => void told.push(writing ? "writes" : "stops"),
    sendReadReceipt: async (event: MatrixEvent | null) => void told.push(`read ${event?.getId()}`),
  };
  return { told, clock, signs: new Signs(client as never, able, () => clock.now) };
}
const event = (id: string): MatrixEvent => ({ getId: () => id }) as MatrixEvent;

test("that somebody writes is told now and then, not with every letter, and its end once", () => {
  const { told, clock, signs } = scene();
  signs.writes("!r", false);
  for (let letters = 0; letters < 30; letters++, clock.now += 500) signs.writes("!r", true);
  signs.writes("!r", false);
  signs.writes("!r", false);
  assert.deepEqual(told, ["writes", "writes", "stops"]);
});

test("what was read is told once for each message", () => {
  const { told, signs } = scene();
  for (const id of ["$a", "$a", "$b"]) signs.read(event(id));
  assert.deepEqual(told, ["read $a", "read $b"]);
});

test("a native guest tells nothing", () => {
  const { told, signs } = scene(false);
  signs.writes("!r", true);
  signs.writes("!r", false);
  signs.read(event("$a"));
  assert.deepEqual(told, []);
});
