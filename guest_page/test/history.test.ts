import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "../src/session/history.ts";

/** A conversation of so many pages; a token is the number of the page before which it stands. */
function scene(pages: number) {
  const fetched: number[] = [];
  const pauses: number[] = [];
  const answers: (() => Promise<void>)[] = [];
  let from = pages;
  const history = new History({
    from: () => (from === 0 ? null : String(from)),
    goBackTo: (token) => (from = Number(token)),
    fetch: async () => {
      const asked = from;
      await (answers.shift() ?? Promise.resolve.bind(Promise))();
      fetched.push(asked);
      from = asked - 1;
    },
    pauses: () => async (milliseconds) => void pauses.push(milliseconds),
  });
  return { history, fetched, pauses, answers, begin: (at: number) => (from = at) };
}
const lost = (): Promise<void> => Promise.reject(new Error("502"));

test("all that is older is fetched, page by page, back to the beginning", async () => {
  const { history, fetched } = scene(3);
  await history.work();
  assert.deepEqual(fetched, [3, 2, 1]);
});

test("a page that does not come is asked for again, with pauses that grow, until it is there", async () => {
  const { history, fetched, pauses, answers } = scene(2);
  answers.push(...Array.from({ length: 6 }, () => lost));
  await history.work();
  assert.deepEqual(fetched, [2, 1]);
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

test("once it is stopped nothing more is asked for", async () => {
  const { history, fetched, pauses, answers } = scene(2);
  answers.push(async () => {
    history.stop();
    await lost();
  });
  await history.work();
  assert.deepEqual([fetched, pauses], [[], []]);
});

test("two who ask at once fetch each page once", async () => {
  const { history, fetched } = scene(2);
  await Promise.all([history.work(), history.work()]);
  assert.deepEqual(fetched, [2, 1]);
});

test("what was written in a long sleep is fetched too, also when an older page was still on its way", async () => {
  const { history, fetched, answers, begin } = scene(2);
  let arrive = (): void => undefined;
  answers.push(() => new Promise<void>((resolve) => (arrive = resolve)));
  const working = history.work();
  begin(5);
  history.begunAnew();
  arrive();
  await working;
  assert.deepEqual(fetched, [2, 5, 4, 3, 2, 1]);
});

test("a homeserver that never comes to an end is asked twenty times for each stay in the conversation", async () => {
  const { history, fetched } = scene(1_000);
  await history.work();
  assert.equal(fetched.length, 20);
  history.begunAnew();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(fetched.length, 40);
});
