import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Answer, Seat } from "../src/api.ts";
import { whileLeft } from "../src/left.ts";
import { Wakes } from "../src/wakes.ts";

const WAITING = { ok: true, value: { status: "waiting" } } as Answer<Seat>;
const ENDED = { ok: true, value: { status: "ended" } } as Answer<Seat>;
const UNKNOWN = { ok: false, status: 401 } as Answer<Seat>;
const NO_NETWORK = { ok: false, status: 0 } as Answer<Seat>;

/** Lets every promise that is settled go on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A person who has left; `answer` says what the server answers to the oldest question that is open. */
function scene(context: TestContext) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const around = { document: new EventTarget(), window: new EventTarget() };
  const open: ((answer: Answer<Seat>) => void)[] = [];
  const seen = { asked: 0, over: false, happened: [] as string[] };
  const ask = (): Promise<Answer<Seat>> => {
    seen.asked++;
    return new Promise((resolve) => open.push(resolve));
  };
  const still = { away: true };
  const watching = whileLeft(
    ask,
    (happened) => {
      seen.happened.push(happened.what === "seat" ? happened.seat.status : happened.what);
      return still.away && !(happened.what === "seat" && happened.seat.status === "ended") && happened.what !== "seat_gone";
    },
    new Wakes(around),
  ).then(() => (seen.over = true));
  const answer = async (with_: Answer<Seat>): Promise<void> => {
    open.shift()?.(with_);
    await settled();
  };
  return { around, seen, still, answer, watching };
}

test("the end is learned of with the next question, and none is asked after it", async (context) => {
  const { seen, answer, around } = scene(context);
  await answer(WAITING);
  assert.equal(seen.asked, 1);
  context.mock.timers.tick(60_000);
  await settled();
  assert.equal(seen.asked, 2);
  await answer(ENDED);
  assert.ok(seen.over);
  around.window.dispatchEvent(new Event("online"));
  context.mock.timers.tick(600_000);
  await settled();
  assert.equal(seen.asked, 2);
});

test("a page that is looked at, or has its network back, asks at once", async (context) => {
  const { seen, answer, around } = scene(context);
  await answer(NO_NETWORK);
  around.window.dispatchEvent(new Event("online"));
  await settled();
  assert.equal(seen.asked, 2);
  await answer(WAITING);
  around.document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(seen.asked, 3);
});

test("what wakes the page while a question is on its way is not missed: the answer may be older", async (context) => {
  const { seen, answer, around } = scene(context);
  around.window.dispatchEvent(new Event("online"));
  await answer(WAITING);
  assert.equal(seen.asked, 2);
  await answer(WAITING);
  assert.equal(seen.asked, 2, "once was enough");
});

test("a seat that the server does not know any more is over; no network is not", async (context) => {
  const { seen, answer } = scene(context);
  await answer(NO_NETWORK);
  assert.equal(seen.over, false);
  context.mock.timers.tick(60_000);
  await settled();
  await answer(UNKNOWN);
  assert.deepEqual(seen.happened, ["left", "left", "seat_gone"]);
  assert.ok(seen.over);
});

test("whoever has come back is watched no longer", async (context) => {
  const { seen, still, answer } = scene(context);
  still.away = false;
  await answer(ENDED);
  assert.ok(seen.over);
  assert.deepEqual(seen.happened, ["left"], "the answer is nobody's any more");
});
