import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Answer, Seat } from "../src/api.ts";
import { whileAsking } from "../src/asking.ts";
import { Wakes } from "../src/wakes.ts";

const ASKING = { ok: true, value: { status: "asking" } } as Answer<Seat>;
const YES = { ok: true, value: { status: "preparing" } } as Answer<Seat>;
const UNKNOWN = { ok: false, status: 401 } as Answer<Seat>;
const NO_NETWORK = { ok: false, status: 0 } as Answer<Seat>;

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A person who asks for a place; the server's answers come one after the other. */
function scene(context: TestContext, ...answers: Answer<Seat>[]) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const around = { document: new EventTarget(), window: new EventTarget() };
  const seen = { asked: 0, wanted: true };
  const ask = (): Promise<Answer<Seat>> => {
    seen.asked++;
    return Promise.resolve(answers.shift() ?? ASKING);
  };
  const told = whileAsking(ask, () => seen.wanted, new Wakes(around));
  const pass = async (milliseconds: number): Promise<void> => {
    context.mock.timers.tick(milliseconds);
    await settled();
  };
  return { around, seen, told, pass };
}

test("what is said at last is told, whatever the line did before", async (context) => {
  const { seen, told, pass } = scene(context, ASKING, NO_NETWORK, YES);
  for (const times of [1, 2, 3]) {
    await pass(3_000);
    assert.equal(seen.asked, times);
  }
  assert.equal(await told, YES);
});

test("a seat that the server does not know any more is told of too", async (context) => {
  const { told, pass } = scene(context, UNKNOWN);
  await pass(3_000);
  assert.equal(await told, UNKNOWN);
});

test("a page that is looked at asks at once, however long its timers were stopped", async (context) => {
  const { around, told } = scene(context, YES);
  around.document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(await told, YES);
});

test("whoever has taken it back is asked for no longer", async (context) => {
  const { seen, told, pass } = scene(context);
  seen.wanted = false;
  await pass(3_000);
  assert.deepEqual([await told, seen.asked], [null, 0]);
});
