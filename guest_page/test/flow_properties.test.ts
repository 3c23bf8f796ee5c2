import assert from "node:assert/strict";
import { test } from "node:test";
import type { Opened, Seat, SeatStatus } from "../src/api.ts";
import { type Flow, type Happened, step } from "../src/flow.ts";

/** What must hold of the screens whatever happens in whatever order: thousands of walks, the same ones each time. */
const WALKS = 2_000;
const STEPS = 30;

const STATUSES: SeatStatus[] = ["asking", "refused", "preparing", "keys", "invited", "waiting", "in_session", "kept_open", "ended", "moved"];
const REFUSALS = [0, 400, 403, 404, 409, 425, 429, 500, 503];
const FINAL = new Set(["ended", "moved", "not_me"]);
const SCREENS = new Set([
  "starting", "unreachable", "unable", "language", "terms", "device", "early", "call", "lost", "asked", "full", "asking", "refused",
  "not_me", "inside", "elsewhere", "left", "ended", "moved",
]);
const INSIDE = new Set<SeatStatus>(["preparing", "keys", "invited", "waiting", "in_session", "kept_open"]);

/** Mulberry32. */
function dice(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function anything(roll: () => number): Happened {
  const one = <T>(of: readonly T[]): T => of[Math.floor(roll() * of.length)]!;
  const opensAt = roll() < 0.5 ? "2030-01-01T10:00:00Z" : null;
  const opened: Opened = { terms: { version: "1", text: "…" }, language: "en", name: "Org", opens_at: opensAt, state: one(["open", "open", "open", "early", "ended"] as const), interpreter: false };
  const seat: Seat = { status: one(STATUSES), user: null, device: null, room: null, label: "Service user", people: [], bot: "@bot:x", told: null, ended_reason: one(["closed", "cancelled", "removed", null] as const), public_name: "Org", moved_here: false, asked_for: roll() < 0.2, awaited: 0, deletion_asked: false, call_seat: false, before: 0, native: false };
  const refusal = { ok: false, status: one(REFUSALS), error: one(["", "name", "slow", "full"]), opensAt, retryAfter: null, taken: ["Service user"], more: roll() < 0.5 } as const;
  const quiet: Happened[] = [
    { what: "ready" }, { what: "ready" }, { what: "unreachable" }, { what: "unable" }, { what: "no_link" }, { what: "busy" }, { what: "busy" },
    { what: "call", refused: null }, { what: "name_missing" }, { what: "asked" }, { what: "skip_test" }, { what: "not_me" }, { what: "seat_gone", haveLink: roll() < 0.5 },
    { what: "elsewhere" }, { what: "left" }, { what: "start_again" },
  ];
  const often: Happened[] = [{ what: "opened", opened }, { what: "named", name: "Amina" }, { what: "seat", seat }, { what: "refused", refusal: { ...refusal, taken: [...refusal.taken] } }];
  return roll() < 0.6 ? one(often) : one(quiet);
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inside of Object.values(value)) frozen(inside);
    Object.freeze(value);
  }
  return value;
}

function walk(look: (before: Flow, happened: Happened, after: Flow) => void): Set<string> {
  const seen = new Set<string>();
  for (let seed = 1; seed <= WALKS; seed++) {
    const roll = dice(seed);
    let flow: Flow = { at: "starting" };
    for (let count = 0; count < STEPS; count++) {
      const happened = anything(roll);
      // Frozen: a step that changed what it was given would throw here.
      const after = step(frozen(flow), frozen(happened));
      look(flow, happened, after);
      seen.add(after.at);
      flow = after;
    }
  }
  return seen;
}

test("whatever happens there is one of the known screens, and each of them is reached", () => {
  const seen = walk((before, happened, after) => assert.ok(SCREENS.has(after.at), `${before.at} ${happened.what}`));
  assert.deepEqual([...SCREENS].filter((screen) => !seen.has(screen)), []);
});

test("the end is left by the person's own new start alone", () => {
  walk((before, happened, after) => {
    if (FINAL.has(before.at) && happened.what !== "start_again") assert.equal(after, before);
  });
});

test("nobody is inside but by a seat of the server, and nobody who left or sits in another tab is brought back by one", () => {
  walk((before, happened, after) => {
    if (after.at === "inside" && before.at !== "inside") {
      assert.ok(happened.what === "seat" && INSIDE.has(happened.seat.status), happened.what);
      assert.ok(before.at !== "left" && before.at !== "elsewhere");
    }
  });
});

test("the terms stand before the device test, and nobody is at either without having opened the link", () => {
  walk((before, happened, after) => {
    if (after.at === "device" && before.at !== "device") assert.ok(before.at === "terms" && happened.what === "named");
    if (after.at === "terms" && before.at !== "terms") assert.ok(happened.what === "opened" || (before.at === "device" && happened.what === "refused"));
  });
});

test("no answer leaves a screen busy, and a no loses no name", () => {
  walk((before, happened, after) => {
    if (FINAL.has(before.at)) return;
    if (happened.what === "refused" || happened.what === "opened") assert.ok(!("busy" in after) || !after.busy, `${before.at} ${happened.what}`);
    if (happened.what === "refused" && "name" in before && "name" in after) assert.equal(after.name, before.name);
  });
});
