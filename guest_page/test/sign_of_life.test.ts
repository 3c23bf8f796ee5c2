import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { Ringer } from "../src/call/ringer.ts";
import { BEAT_MS, type Beat, isDue } from "../src/sign_of_life.ts";

const HOUR = 3_600_000;
const LAST: Beat = { running: 60_000, wall: 1_800_000_000_000, visible: true };

function after(running: number, wall: number = running, visible = true): Beat {
  return { running: LAST.running + running, wall: LAST.wall + wall, visible };
}

test("the server is told that somebody is there at once, then every 15 seconds, and when the page is shown or hidden", () => {
  assert.equal(isDue(null, LAST), true);
  assert.equal(isDue(LAST, after(BEAT_MS - 2_000)), false);
  assert.equal(isDue(LAST, after(BEAT_MS)), true);
  assert.equal(isDue(LAST, after(10, 10, false)), true);
});

test("a clock that is set back delays no sign of life, and one that is set ahead does no harm", () => {
  assert.equal(isDue(LAST, after(BEAT_MS, BEAT_MS - HOUR)), true);
  assert.equal(isDue(LAST, after(1_000, 1_000 - HOUR)), true);
  const next = after(1_000, 1_000 - HOUR);
  assert.equal(isDue(next, { running: next.running + 1_000, wall: next.wall + 1_000, visible: true }), false, "once, not at each question");
  assert.equal(isDue(LAST, after(BEAT_MS, BEAT_MS + HOUR)), true);
});

test("a telephone that has slept says at once that it is there, whether or not its browser counted the sleep", () => {
  assert.equal(isDue(LAST, after(300, 6_000)), true);
  assert.equal(isDue(LAST, after(300, 10 * HOUR)), true);
  assert.equal(isDue(LAST, after(10 * HOUR)), true);
});

test("it rings for 45 seconds, whatever happens to the clock meanwhile", (context) => {
  Object.assign(globalThis, { window: { setInterval: (run: () => void, every: number) => setInterval(run, every), clearInterval: (timer: NodeJS.Timeout) => clearInterval(timer) } });
  context.mock.timers.enable({ apis: ["setInterval"] });
  let sounds = 0;
  const ringer = new Ringer(() => sounds++, () => undefined);
  ringer.start();
  const before = Date.now();
  context.mock.method(Date, "now", () => before - HOUR);
  context.mock.timers.tick(44_000);
  assert.equal(ringer.rings, true);
  context.mock.timers.tick(2_000);
  assert.deepEqual([ringer.rings, sounds], [false, 15]);
});

/** What must survive a reload, is shown, or is the only clock that a library knows. */
const BY_THE_WALL = ["call/keeper.ts", "call/leg.ts", "clock.ts", "moment.ts"];

test("no part of the page measures how long something lasts by a clock that can be set", () => {
  const sources = resolve(import.meta.dirname, "../src");
  const files = readdirSync(sources, { recursive: true, encoding: "utf-8" }).filter((name) => /\.tsx?$/.test(name));
  const found = files.filter((name) => /\bDate\.now\(|\bnew Date\(\)/.test(readFileSync(resolve(sources, name), "utf-8")));
  assert.deepEqual(found.sort(), BY_THE_WALL);
});
