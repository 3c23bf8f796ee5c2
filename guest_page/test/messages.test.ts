import assert from "node:assert/strict";
import { test } from "node:test";
import { type Heard, MessageList } from "../src/messages.ts";

const ME = "@me:x";
const STAFF = "@staff:x";

function said(id: string, at: number, text: string, more: Partial<Heard> = {}): Heard {
  return { id, sender: STAFF, at, kind: "text", text, ...more };
}
function texts(list: MessageList, unsent: { txn: string; text: string; at: number }[] = []): string[] {
  return list.shown(unsent).map(({ text }) => text);
}

test("an event heard twice is shown once", () => {
  const list = new MessageList(ME);
  assert.equal(list.hear(said("$1", 1, "hello")), true);
  assert.equal(list.hear(said("$1", 1, "hello")), false);
  assert.deepEqual(texts(list), ["hello"]);
});

test("older messages that arrive later stand before", () => {
  const list = new MessageList(ME);
  list.hear(said("$2", 20, "second"));
  list.hear(said("$1", 10, "first"));
  assert.deepEqual(texts(list), ["first", "second"]);
});

test("what was just taken by the server stands last, until the server says when that was", () => {
  const list = new MessageList(ME);
  list.hear(said("$1", 1_000, "before"));
  list.confirm(said("$2", 400, "mine, on a slow clock", { sender: ME }));
  assert.deepEqual(texts(list), ["before", "mine, on a slow clock"]);
  list.hear(said("$2", 900, "mine, on a slow clock", { sender: ME }));
  assert.deepEqual(texts(list), ["mine, on a slow clock", "before"]);
});

test("a late key turns the placeholder into words, and words are never taken back by a failure", () => {
  const list = new MessageList(ME);
  assert.equal(list.hear(said("$1", 1, "", { kind: "unreadable" })), false);
  assert.equal(list.hear(said("$1", 1, "hello")), true);
  list.hear(said("$1", 1, "", { kind: "unreadable" }));
  assert.deepEqual(list.shown([]).map(({ kind, text }) => [kind, text]), [["text", "hello"]]);
});

test("an own message is shown once while it is sent, confirmed and heard back", () => {
  const list = new MessageList(ME);
  const unsent = [{ txn: "t1", text: "mine", at: 5 }];
  assert.deepEqual(list.shown(unsent).map(({ sent }) => sent), [false]);
  list.hear(said("$9", 7, "mine", { sender: ME, txn: "t1" }));
  assert.deepEqual(list.shown(unsent).map(({ sent, mine }) => [sent, mine]), [[true, true]]);
  list.hear(said("$9", 8, "mine", { sender: ME, txn: "t1" }));
  assert.deepEqual(texts(list), ["mine"]);
});

test("a message that stands in the room already is known by its transaction, so it need not be sent again", () => {
  const list = new MessageList(ME);
  list.hear(said("$1", 1, "theirs", { txn: "t1" }));
  assert.equal(list.sentAs("t1"), undefined);
  list.hear(said("$9", 7, "mine", { sender: ME, txn: "t1" }));
  assert.equal(list.sentAs("t1"), "$9");
});

test("a transaction id of somebody else hides nothing of ours", () => {
  const list = new MessageList(ME);
  list.hear(said("$1", 1, "theirs", { txn: "t1" }));
  assert.deepEqual(texts(list, [{ txn: "t1", text: "mine", at: 2 }]), ["theirs", "mine"]);
});

test("only the writer can reword a message, and the newest wording counts", () => {
  const list = new MessageList(ME);
  list.hear(said("$3", 3, "newest", { replaces: "$1" }));
  list.hear(said("$2", 2, "newer", { replaces: "$1" }));
  list.hear(said("$1", 1, "old"));
  assert.deepEqual(texts(list), ["newest"]);
  list.hear(said("$4", 4, "forged", { replaces: "$1", sender: ME }));
  assert.notDeepEqual(texts(list), ["forged"]);
});

test("a removed message loses its words for good", () => {
  const list = new MessageList(ME);
  list.hear(said("$1", 1, "secret"));
  list.remove("$1");
  list.hear(said("$1", 1, "secret"));
  assert.deepEqual(list.shown([]).map(({ kind, text }) => [kind, text]), [["removed", ""]]);
});
