import assert from "node:assert/strict";
import { test } from "node:test";
import { type KeyValue, newSecret, type SavedSeat, Store } from "../src/store.ts";

function storage(): KeyValue & { values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
    clear: () => values.clear(),
  };
}

const SEAT: SavedSeat = { secret: "s", name: "Amina", language: "fr", link: "ab", entered: false, keys: false, crypto: null, left: false };

test("a seat survives a reload", () => {
  const place = storage();
  new Store(place).seat = SEAT;
  assert.deepEqual(new Store(place).seat, SEAT);
});

test("a change touches only what it names, and brings no wiped seat back", () => {
  const store = new Store(storage());
  store.seat = SEAT;
  store.update({ entered: true, keys: true });
  assert.deepEqual(store.seat, { ...SEAT, entered: true, keys: true });
  store.clear();
  store.update({ left: true });
  assert.equal(store.seat, null);
});

test("an empty outbox leaves nothing in the browser", () => {
  const place = storage();
  const store = new Store(place);
  store.outbox = [{ txn: "1", text: "hello", at: 1 }];
  assert.equal(new Store(place).outbox.length, 1);
  store.outbox = [];
  assert.equal(place.values.size, 0);
});

test("what is damaged counts as absent", () => {
  const place = storage();
  place.values.set("seat", "{broken");
  assert.equal(new Store(place).seat, null);
});

/** Keeps what fits, as a browser does whose share of the disk is used up. */
function small(room: { left: number }): KeyValue & { values: Map<string, string> } {
  const place = storage();
  return {
    ...place,
    setItem: (key, value) => {
      if (value.length > room.left) throw new DOMException("full", "QuotaExceededError");
      place.setItem(key, value);
    },
  };
}
const HELLO = { txn: "1", text: "hello", at: 1 };

test("storage that refuses does not stop the page: what it would not keep is there until the page ends", () => {
  const store = new Store(small({ left: 0 }));
  store.seat = SEAT;
  store.update({ entered: true });
  store.outbox = [HELLO];
  assert.deepEqual(store.seat, { ...SEAT, entered: true });
  assert.deepEqual(store.outbox, [HELLO]);
  store.outbox = [];
  assert.deepEqual(store.outbox, []);
  store.clear();
  assert.equal(store.seat, null);
});

test("storage that becomes full keeps what it had, and the page what came after", () => {
  const place = small({ left: 60 });
  const store = new Store(place);
  store.outbox = [HELLO];
  const long = { txn: "2", text: "x".repeat(100), at: 2 };
  store.outbox = [HELLO, long];
  assert.deepEqual(store.outbox, [HELLO, long]);
  assert.deepEqual(new Store(place).outbox, [HELLO], "after a reload");
  store.outbox = [HELLO];
  assert.deepEqual([store.outbox, new Store(place).outbox], [[HELLO], [HELLO]]);
});

test("once there is room again the browser keeps it, and another page's word counts", () => {
  const room = { left: 0 };
  const place = small(room);
  const store = new Store(place);
  store.seat = SEAT;
  room.left = 1_000;
  store.update({ name: "Karim" });
  assert.equal(new Store(place).seat?.name, "Karim");
  place.clear();
  assert.equal(store.seat, null);
});

test("a secret is 256 bits as 43 characters, and never the same", () => {
  const secrets = new Set(Array.from({ length: 50 }, newSecret));
  assert.equal(secrets.size, 50);
  for (const secret of secrets) assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
});

test("nothing is kept any more once the store was closed, whatever comes late", () => {
  const place = storage();
  const store = new Store(place);
  store.seat = SEAT;
  store.close();
  store.seat = SEAT;
  store.outbox = [{ txn: "a", text: "late", at: 1 }];
  assert.deepEqual([store.seat, store.outbox, place.values.size], [null, [], 0]);
});
