import assert from "node:assert/strict";
import { test } from "node:test";
import { callLink, linkDigest, readLink, takeLink } from "../src/link.ts";

test("the token is read from the fragment and the address stays as it is", () => {
  assert.deepEqual(readLink({ pathname: "/j", hash: "#abc_DEF-123" }), { token: "abc_DEF-123", address: null });
});

test("a token in the path is moved into the fragment", () => {
  assert.deepEqual(readLink({ pathname: "/j/abc_DEF-123", hash: "" }), { token: "abc_DEF-123", address: "/j#abc_DEF-123" });
  assert.deepEqual(readLink({ pathname: "/j/abc/", hash: "" }), { token: "abc", address: "/j#abc" });
  assert.deepEqual(readLink({ pathname: "/i/abc", hash: "" }), { token: "abc", address: "/i#abc" });
  assert.deepEqual(readLink({ pathname: "/i", hash: "#abc" }), { token: "abc", address: null });
});

test("no token is no link", () => {
  for (const address of [{ pathname: "/j", hash: "" }, { pathname: "/j", hash: "#" }, { pathname: "/j/", hash: "" }, { pathname: "/", hash: "" }])
    assert.equal(readLink(address).token, null);
});

test("something far too long is no link and does not stay in the path", () => {
  assert.deepEqual(readLink({ pathname: `/j/${"x".repeat(201)}`, hash: "" }), { token: null, address: "/j" });
});

test("a broken percent sign does not break the page", () => {
  assert.equal(readLink({ pathname: "/j", hash: "#%E0%A4%A" }).token, "%E0%A4%A");
});

test("taking the link grows no history", () => {
  const shown: unknown[] = [];
  const page = { location: { pathname: "/j/token", hash: "" }, history: { replaceState: (...args: unknown[]) => void shown.push(args) } };
  assert.equal(takeLink(page), "token");
  assert.deepEqual(shown, [[null, "", "/j#token"]]);
});

test("the digest names the link without being it", async () => {
  assert.equal(await linkDigest("abc"), "ba7816bf8f01cfea");
});

test("a link to a call that was rung for without pictures says so behind its token, and the token is the same", () => {
  assert.deepEqual(callLink("abc_DEF-123"), { token: "abc_DEF-123", audioAlone: false });
  assert.deepEqual(callLink("abc_DEF-123.audio"), { token: "abc_DEF-123", audioAlone: true });
  assert.deepEqual(callLink(null), { token: null, audioAlone: false });
});
