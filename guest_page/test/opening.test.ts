import assert from "node:assert/strict";
import { test } from "node:test";
import { Opening, PATIENCE_MS } from "../src/session/opening.ts";

test("nothing is written while nobody could read it", () => {
  const opening = new Opening();
  assert.equal(opening.isOpen(0, 0, 0), false);
  assert.equal(opening.isOpen(0, 2, PATIENCE_MS * 2), false);
});

test("writing opens when everybody who was called is on the way, and not at the first", () => {
  const opening = new Opening();
  assert.equal(opening.isOpen(1, 0, 0), false, "the server has not said yet how many it calls");
  assert.equal(opening.isOpen(1, 2, 100), false);
  assert.equal(opening.isOpen(2, 2, 200), true);
});

test("somebody who cannot be invited does not keep the others waiting", () => {
  const opening = new Opening();
  assert.equal(opening.isOpen(1, 2, 1_000), false);
  assert.equal(opening.isOpen(1, 2, 999 + PATIENCE_MS), false);
  assert.equal(opening.isOpen(1, 2, 1_000 + PATIENCE_MS), true);
});

test("what is open stays open when one more is called, and waits when nobody is left", () => {
  const opening = new Opening();
  assert.equal(opening.isOpen(1, 1, 0), true);
  assert.equal(opening.isOpen(1, 3, 10), true);
  assert.equal(opening.isOpen(0, 0, 20), false);
  assert.equal(opening.isOpen(1, 2, PATIENCE_MS * 2), false);
  assert.equal(opening.isOpen(2, 2, PATIENCE_MS * 2), true);
});
