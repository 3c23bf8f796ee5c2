import assert from "node:assert/strict";
import { test } from "node:test";
import { ScreenAwake } from "../src/attention.ts";

/** A browser that keeps the screen on when it gets round to it. */
function browser() {
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const locks: { released: boolean }[] = [];
  const open: (() => void)[] = [];
  const request = (): Promise<WakeLockSentinel> =>
    new Promise((resolve) =>
      open.push(() => {
        const lock = { released: false, release: async () => void (lock.released = true) };
        locks.push(lock);
        resolve(lock as unknown as WakeLockSentinel);
      }),
    );
  Object.defineProperty(navigator, "wakeLock", { value: { request }, configurable: true });
  Object.assign(globalThis, { document });
  const getsRound = async (): Promise<void> => {
    for (const give of open.splice(0)) give();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { document, held: () => locks.filter(({ released }) => !released).length, getsRound };
}

test("the screen stays on only while somebody waits, however late the browser is", async () => {
  const { held, getsRound } = browser();
  const awake = new ScreenAwake();
  awake.wanted = true;
  awake.wanted = false;
  await getsRound();
  assert.equal(held(), 0, "nobody waits any more");
  awake.wanted = true;
  await getsRound();
  assert.equal(held(), 1);
  awake.wanted = false;
  assert.equal(held(), 0);
});

test("a screen that was asked for twice is let go as a whole", async () => {
  const { document, held, getsRound } = browser();
  const awake = new ScreenAwake();
  awake.wanted = true;
  document.dispatchEvent(new Event("visibilitychange"));
  await getsRound();
  assert.equal(held(), 1);
  awake.wanted = false;
  assert.equal(held(), 0);
});
