import assert from "node:assert/strict";
import { test } from "node:test";
import { pauseBefore, Return } from "../src/return.ts";

function scene(answers: boolean[]) {
  const seen = { asked: 0, reloads: 0 };
  const history = {
    state: null as unknown,
    replaceState(state: unknown) {
      this.state = state;
    },
  };
  const network = new EventTarget();
  const reachable = () => {
    seen.asked++;
    return Promise.resolve(answers.shift() ?? false);
  };
  const back = new Return({ history, network, reachable, reload: () => seen.reloads++ });
  return { back, history, network, seen };
}

/** Lets every promise that is settled go on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("the page is loaded again as soon as the server answers, and not before", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { back, seen } = scene([false, true]);
  back.wanted = true;
  context.mock.timers.tick(pauseBefore(0));
  await settled();
  assert.deepEqual(seen, { asked: 1, reloads: 0 });
  context.mock.timers.tick(pauseBefore(0));
  await settled();
  assert.deepEqual(seen, { asked: 2, reloads: 1 });
});

test("a network that comes back is noticed at once", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { back, network, seen } = scene([true]);
  back.wanted = true;
  network.dispatchEvent(new Event("online"));
  await settled();
  assert.equal(seen.reloads, 1);
});

test("a page that loading does not help is loaded ever less often", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { back, history, seen } = scene([true, true]);
  history.state = { loads: 3 };
  back.wanted = true;
  context.mock.timers.tick(pauseBefore(3) - 1);
  await settled();
  assert.equal(seen.asked, 0);
  context.mock.timers.tick(1);
  await settled();
  assert.equal(seen.reloads, 1);
  assert.deepEqual(history.state, { loads: 4 });
  assert.equal(pauseBefore(50), 60_000);
});

test("once it works the next trouble is tried again quickly", () => {
  const { back, history } = scene([]);
  history.state = { loads: 4 };
  back.arrived();
  assert.deepEqual(history.state, { loads: 0 });
});

test("nothing is loaded any more once another screen stands there", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { back, network, seen } = scene([true, true]);
  back.wanted = true;
  back.wanted = false;
  context.mock.timers.tick(120_000);
  network.dispatchEvent(new Event("online"));
  await settled();
  assert.deepEqual(seen, { asked: 0, reloads: 0 });
});

test("what can be done without is worth one more loading of the page, and no second one", () => {
  const { back, seen } = scene([]);
  assert.equal(back.inVain, false);
  assert.deepEqual([back.once(), back.once(), back.inVain], [true, false, true]);
  assert.equal(seen.reloads, 1);
});
