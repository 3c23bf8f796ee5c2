import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox, type Try } from "../src/session/outbox.ts";
import type { Unsent } from "../src/store.ts";
import { Wakes } from "../src/wakes.ts";

function outbox(answers: Try[], store: { outbox: Unsent[] } = { outbox: [] }) {
  const tried: string[] = [];
  const sent: string[] = [];
  const pauses: number[] = [];
  const box = new Outbox({
    store,
    send: (unsent) => {
      tried.push(unsent.txn);
      return Promise.resolve(answers.shift() ?? { result: "sent", id: `$${unsent.txn}` });
    },
    pauses: () => (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    sent: (_unsent, id) => void sent.push(id),
    changed: () => undefined,
  });
  return { box, store, tried, sent, pauses };
}
const unsent = (txn: string): Unsent => ({ txn, text: `text ${txn}`, at: 1 });

test("messages go out in order, each until it is confirmed, always under the same transaction id", async () => {
  const { box, store, tried, sent } = outbox([{ result: "lost" }, { result: "lost" }]);
  box.add(unsent("a"));
  box.add(unsent("b"));
  await box.work();
  assert.deepEqual(tried, ["a", "a", "a", "b"]);
  assert.deepEqual(sent, ["$a", "$b"]);
  assert.deepEqual(store.outbox, []);
});

test("what was not confirmed before a reload is tried again", async () => {
  const { box, tried } = outbox([], { outbox: [unsent("old")] });
  await box.work();
  assert.deepEqual(tried, ["old"]);
});

test("pauses grow while the network is away", async () => {
  const lost: Try = { result: "lost" };
  const { box, pauses } = outbox([lost, lost, lost, lost, lost, lost]);
  box.add(unsent("a"));
  await box.work();
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

test("words do not wait for a file that is still on its way", async () => {
  const store: { outbox: Unsent[] } = { outbox: [] };
  const sent: string[] = [];
  let arrive = (): void => undefined;
  const uploaded = new Promise<void>((resolve) => (arrive = resolve));
  const box = new Outbox({
    store,
    send: async ({ txn, file }) => {
      if (file !== undefined) await uploaded;
      return { result: "sent", id: `$${txn}` };
    },
    pauses: () => () => Promise.resolve(),
    sent: (_unsent, id) => void sent.push(id),
    changed: () => undefined,
  });
  const source = { v: "v2", url: "", key: {}, iv: "", hashes: {} } as never;
  box.add({ ...unsent("photo"), file: { kind: "photo", name: "photo.jpg", type: "image/jpeg", size: 1, source } });
  box.add(unsent("after"));
  const working = box.work();
  while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, ["$after"]);
  assert.deepEqual(store.outbox.map(({ txn }) => txn), ["photo"]);
  arrive();
  await working;
  assert.deepEqual(sent, ["$after", "$photo"]);
});

test("something that goes wrong on the device is tried again, and holds nothing up for good", async () => {
  const store = { outbox: [unsent("a"), unsent("b")] };
  const sent: string[] = [];
  let broken = true;
  const box = new Outbox({
    store,
    send: async ({ txn }) => {
      if (!broken) return { result: "sent", id: `$${txn}` };
      broken = false;
      throw new Error("the database of the browser is gone");
    },
    pauses: () => () => Promise.resolve(),
    sent: (_unsent, id) => void sent.push(id),
    changed: () => undefined,
  });
  await box.work();
  assert.deepEqual(sent, ["$a", "$b"]);
});

test("two workers send nothing twice", async () => {
  const { box, tried } = outbox([]);
  box.add(unsent("a"));
  await Promise.all([box.work(), box.work()]);
  assert.deepEqual(tried, ["a"]);
});

test("a stopped outbox keeps what it has not sent", async () => {
  const { box, store } = outbox([{ result: "lost" }]);
  box.add(unsent("a"));
  const working = box.work();
  box.stop();
  await working;
  assert.deepEqual(store.outbox, [unsent("a")]);
});

test("a message is sent as it is then, with what sending has noted about it", async () => {
  const store: { outbox: Unsent[] } = { outbox: [unsent("a")] };
  const sent: string[] = [];
  const box = new Outbox({
    store,
    send: (message) => {
      box.update({ ...message, text: "noted" });
      return Promise.resolve({ result: "sent", id: "$a" });
    },
    pauses: () => () => Promise.resolve(),
    sent: ({ text }) => void sent.push(text),
    changed: () => undefined,
  });
  await box.work();
  assert.deepEqual(sent, ["noted"]);
});

test("what can never be sent holds nothing up", async () => {
  const { box, store, sent } = outbox([{ result: "given_up" }]);
  box.add(unsent("a"));
  box.add(unsent("b"));
  await box.work();
  assert.deepEqual(sent, ["$b"]);
  assert.deepEqual(store.outbox, []);
});

test("what is learned about a waiting message outlives a reload, and a message that is taken back is gone", () => {
  const { box, store } = outbox([]);
  box.add(unsent("a"));
  box.add(unsent("b"));
  box.update({ ...unsent("a"), text: "other" });
  box.drop("b");
  assert.deepEqual(store.outbox, [{ ...unsent("a"), text: "other" }]);
});

test("a network that comes back while a message is on its way into the void makes nobody wait for the next try", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const around = { document: new EventTarget(), window: new EventTarget() };
  const wakes = new Wakes(around);
  wakes.listen();
  const tries: ((tried: Try) => void)[] = [];
  const box = new Outbox({
    store: { outbox: [unsent("a")] },
    send: () => new Promise((resolve) => tries.push(resolve)),
    pauses: () => wakes.pauses(),
    sent: () => undefined,
    changed: () => undefined,
  });
  const working = box.work();
  const answer = async (tried: Try): Promise<void> => {
    tries.shift()?.(tried);
    await new Promise((resolve) => setImmediate(resolve));
  };
  around.window.dispatchEvent(new Event("online"));
  await answer({ result: "lost" });
  assert.equal(tries.length, 1, "it is tried again at once");
  wakes.wake();
  await answer({ result: "refused" });
  assert.equal(tries.length, 0, "what a no has stirred up is no reason to try again");
  context.mock.timers.tick(15_000);
  await new Promise((resolve) => setImmediate(resolve));
  await answer({ result: "sent", id: "$a" });
  await working;
});
