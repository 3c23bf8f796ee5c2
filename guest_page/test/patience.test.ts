import assert from "node:assert/strict";
import { beforeEach, test, type TestContext } from "node:test";
import { patiently, withoutEnd } from "../src/patience.ts";

let pauses: number[];
beforeEach((context) => {
  pauses = [];
  (context as TestContext).mock.method(globalThis, "setTimeout", (run: () => void, pause: number) => {
    pauses.push(pause);
    queueMicrotask(run);
  });
});

/** Fails so many times, then answers. */
function failing(times: number): { tries: () => number; attempt: () => Promise<string> } {
  let tries = 0;
  return { tries: () => tries, attempt: () => (++tries > times ? Promise.resolve("there") : Promise.reject(new Error(`${tries}`))) };
}

test("what fails is tried again after each pause, and rejects as the last try did", async () => {
  const [late, never] = [failing(2), failing(Infinity)];
  assert.equal(await patiently([1, 2, 3], late.attempt, () => true), "there");
  assert.deepEqual(pauses, [1, 2]);
  await assert.rejects(patiently([1, 2, 3], never.attempt, () => true), new Error("4"));
});

test("it is not tried again after an error that stays, nor when it is not wanted any more once the pause is over", async () => {
  const [stays, unwanted] = [failing(Infinity), failing(Infinity)];
  await assert.rejects(patiently([1], stays.attempt, () => false));
  assert.deepEqual([stays.tries(), pauses], [1, []]);
  await assert.rejects(patiently([1, 2], unwanted.attempt, () => pauses.length === 0));
  assert.deepEqual([unwanted.tries(), pauses], [1, [1]]);
});

test("the last pause can go on without end", async () => {
  assert.equal(await patiently(withoutEnd([1, 5]), failing(4).attempt, () => true), "there");
  assert.deepEqual(pauses, [1, 5, 5, 5]);
});
