import assert from "node:assert/strict";
import { test } from "node:test";
import type { Opened, Refusal, Seat, SeatStatus } from "../src/api.ts";
import { type Flow, type Happened, step } from "../src/flow.ts";

const OPENED: Opened = { terms: { version: "1", text: "…" }, language: "en", name: "Org", opens_at: null, state: "open", interpreter: false };
const LANGUAGE: Flow = { at: "language", busy: true, problem: null };
const TERMS: Flow = { at: "terms", opened: OPENED, name: "", busy: true, problem: null };
const DEVICE: Flow = { at: "device", opened: OPENED, name: "Amina", skipped: false, busy: true, problem: null };

function seat(status: SeatStatus, more: Partial<Seat> = {}): Seat {
  return { status, user: null, device: null, room: null, label: "Service user", people: [], bot: "@bot:x", told: null, ended_reason: null, public_name: "Org", moved_here: false, asked_for: false, awaited: 0, deletion_asked: false, call_seat: false, before: 0, native: false, ...more };
}
function refused(status: number, error = "", more: Partial<Refusal> = {}): Happened {
  return { what: "refused", refusal: { ok: false, status, error, opensAt: null, retryAfter: null, taken: [], more: false, ...more } };
}

test("Continue leads to the terms, to the date, or to the end", () => {
  assert.equal(step(LANGUAGE, { what: "opened", opened: OPENED }).at, "terms");
  assert.deepEqual(step(LANGUAGE, { what: "opened", opened: { ...OPENED, state: "early", opens_at: "2030-01-01T10:00:00Z" } }), { at: "early", opensAt: "2030-01-01T10:00:00Z", busy: false, problem: null });
  assert.deepEqual(step(LANGUAGE, { what: "opened", opened: { ...OPENED, state: "ended" } }), { at: "ended", reason: null });
});

test("from a link that leads nowhere a new one is asked for, and a lost connection is said", () => {
  const lost = step(LANGUAGE, refused(404, "link"));
  const busy = step(lost, { what: "busy" });
  assert.deepEqual(busy, { at: "lost", busy: true, problem: null });
  assert.deepEqual(step(busy, refused(0, "")), { at: "lost", busy: false, problem: "network" });
  assert.equal(step(busy, { what: "asked" }).at, "asked");
});

test("an unknown link is lost, whatever was being done", () => {
  assert.equal(step(LANGUAGE, refused(404, "link")).at, "lost");
  assert.equal(step(TERMS, refused(404, "link")).at, "lost");
});

test("a name leads to the device test, and the test may be skipped", () => {
  const named = step(TERMS, { what: "named", name: "Amina" });
  assert.deepEqual(named, { ...DEVICE, busy: false });
  assert.deepEqual(step(named, { what: "skip_test" }), { ...DEVICE, busy: false, skipped: true });
  for (const early of [LANGUAGE, DEVICE]) assert.equal(step(early, { what: "named", name: "Other" }), early);
});

test("a name that the server does not take is asked for again, as it was written", () => {
  assert.deepEqual(step(DEVICE, refused(400, "name")), { ...TERMS, name: "Amina", busy: false, problem: "name" });
});

test("entering may find no free place, or that it is too early", () => {
  assert.equal(step(DEVICE, refused(409, "full")).at, "full");
  assert.equal(step(DEVICE, refused(425, "early", { opensAt: "2030-01-01T10:00:00Z" })).at, "early");
});

test("a full link says whose places may be asked for, from where the name is known", () => {
  const full = step(DEVICE, refused(409, "full", { taken: ["Service user"], more: true }));
  assert.deepEqual(full, { at: "full", opened: OPENED, name: "Amina", taken: ["Service user"], more: true, busy: false, problem: null });
  const again = step(full, refused(409, "full", { taken: ["Service user"] }));
  assert.deepEqual(again, { ...full, more: false, problem: "other" });
});

test("who asks for a place waits, is let in, or is told no", () => {
  const asking = step(DEVICE, { what: "seat", seat: seat("asking") });
  assert.deepEqual(asking, { at: "asking" });
  assert.equal(step(asking, { what: "seat", seat: seat("preparing") }).at, "inside");
  const refusedNow = step(asking, { what: "seat", seat: seat("refused") });
  assert.deepEqual(refusedNow, { at: "refused" });
  assert.deepEqual(step(refusedNow, { what: "start_again" }), { at: "starting" });
});

test("what can be tried again stays on its screen and says why", () => {
  const said: [number, string, string][] = [
    [0, "", "network"],
    [503, "busy", "network"],
    [429, "slow", "slow"],
    [400, "name", "name"],
    [400, "secret", "other"],
  ];
  for (const [status, error, problem] of said) assert.deepEqual(step(TERMS, refused(status, error)), { ...TERMS, busy: false, problem });
});

test("pressing again clears what was said before", () => {
  assert.deepEqual(step({ at: "language", busy: false, problem: "network" }, { what: "busy" }), LANGUAGE);
});

test("every status of the seat has its screen", () => {
  for (const status of ["preparing", "keys", "invited", "waiting", "in_session", "kept_open"] as const) assert.equal(step(DEVICE, { what: "seat", seat: seat(status) }).at, "inside");
  assert.deepEqual(step(TERMS, { what: "seat", seat: seat("ended", { ended_reason: "cancelled" }) }), { at: "ended", reason: "cancelled" });
  assert.equal(step(TERMS, { what: "seat", seat: seat("moved") }).at, "moved");
});

test("nothing that arrives late leads out of the end", () => {
  const late: Happened[] = [{ what: "seat", seat: seat("waiting") }, { what: "ready" }, { what: "seat_gone", haveLink: true }, { what: "unreachable" }, { what: "elsewhere" }];
  for (const end of [{ at: "ended", reason: "closed" }, { at: "moved" }, { at: "not_me" }] as const) for (const happened of late) assert.equal(step(end, happened), end);
});

test("who is too early is told what went wrong, and no more once they press again", () => {
  const early: Flow = { at: "early", opensAt: "2030-01-01T10:00:00Z", busy: true, problem: null };
  const said: [number, string][] = [[0, "network"], [429, "slow"], [400, "other"]];
  for (const [status, problem] of said) assert.deepEqual(step(early, refused(status)), { ...early, busy: false, problem });
  assert.deepEqual(step(step(early, refused(0)), { what: "busy" }), early);
  assert.equal(step(early, { what: "not_me" }).at, "not_me");
});

test("who left is told of the end, however it comes", () => {
  const left: Flow = { at: "left" };
  assert.deepEqual(step(left, { what: "seat", seat: seat("ended", { ended_reason: "closed" }) }), { at: "ended", reason: "closed" });
  assert.deepEqual(step(left, { what: "seat", seat: seat("moved") }), { at: "moved" });
  assert.deepEqual(step(left, { what: "seat_gone", haveLink: true }), { at: "ended", reason: null });
});

test("an answer that was under way does not bring back who left or sits in another tab", () => {
  for (const away of [{ at: "left" }, { at: "elsewhere" }] as const) assert.equal(step(away, { what: "seat", seat: seat("waiting") }), away);
});

test("a seat the server does not know: who is inside hears that it is over, who comes back starts from the link", () => {
  assert.deepEqual(step({ at: "inside", seat: seat("waiting") }, { what: "seat_gone", haveLink: true }), { at: "ended", reason: null });
  assert.equal(step({ at: "starting" }, { what: "seat_gone", haveLink: true }).at, "language");
  assert.equal(step({ at: "starting" }, { what: "seat_gone", haveLink: false }).at, "lost");
});
