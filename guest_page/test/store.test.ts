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

test("storage that refuses does not stop the page", () => {
  const full: KeyValue = {
    ...storage(),
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  };
  assert.doesNotThrow(() => (new Store(full).seat = SEAT));
});

test("a secret is 256 bits as 43 characters, and never the same", () => {
  const secrets = new Set(Array.from({ length: 50 }, newSecret));
  assert.equal(secrets.size, 50);
  for (const secret of secrets) assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
});
