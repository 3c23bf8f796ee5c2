import assert from "node:assert/strict";
import { test } from "node:test";
import { Damaged, decryptFile, encryptFile, readEncryptedFile } from "../src/files/encrypted_file.ts";
import { sniff } from "../src/files/kinds.ts";
import { contentOf, fileName, readSharedFile } from "../src/files/shared_file.ts";

const PLAIN = new TextEncoder().encode("a photo of a rash").buffer;
const MXC = "mxc://example.org/AbC-123_x";

function bytes(...values: number[]): Blob {
  return new Blob([new Uint8Array(values)]);
}

test("what was encrypted comes back, and only with its own key and bytes", async () => {
  const { data, source } = await encryptFile(PLAIN);
  assert.equal(new TextDecoder().decode(await decryptFile(data, source)), "a photo of a rash");
  assert.ok(!new TextDecoder().decode(data).includes("photo"));
  const damaged = data.slice(0);
  new Uint8Array(damaged)[0]! ^= 1;
  await assert.rejects(decryptFile(damaged, source), Damaged);
  const other = await encryptFile(PLAIN);
  assert.notDeepEqual(new Uint8Array(other.data), new Uint8Array(data));
});

test("the counter half of the initialisation vector is zero, as Matrix asks", async () => {
  const { source } = await encryptFile(PLAIN);
  assert.deepEqual([...Uint8Array.from(atob(source.iv), (character) => character.charCodeAt(0))].slice(8), [0, 0, 0, 0, 0, 0, 0, 0]);
});

test("a file is what its first bytes say, whatever its name", async () => {
  assert.deepEqual(await sniff(bytes(0xff, 0xd8, 0xff, 0xe0)), { kind: "photo", type: "image/jpeg" });
  assert.deepEqual(await sniff(new Blob(["%PDF-1.7"])), { kind: "pdf", type: "application/pdf" });
  assert.deepEqual(await sniff(new Blob(["RIFF....WEBPVP8 "])), { kind: "photo", type: "image/webp" });
  assert.deepEqual(await sniff(new Blob(["....ftypM4A "])), { kind: "voice", type: "audio/mp4" });
});

test("what a browser might run is bytes and nothing more", async () => {
  for (const hostile of ["<!DOCTYPE html><script>", "<svg xmlns='http://www.w3.org/2000/svg'>", "GIF89a", "PK", ""]) {
    assert.deepEqual(await sniff(new Blob([hostile], { type: "text/html" })), { kind: "other", type: "application/octet-stream" });
  }
});

test("a file that was described is read back as the same file", async () => {
  const { source } = await encryptFile(PLAIN);
  const sent = { ...source, url: MXC };
  const content = contentOf({ kind: "photo", name: "photo.jpg", type: "image/jpeg", size: 17, width: 4, height: 3 }, sent);
  assert.equal(content["msgtype"], "m.image");
  assert.deepEqual(content["info"], { mimetype: "image/jpeg", size: 17, w: 4, h: 3 });
  assert.deepEqual(readSharedFile(content), { kind: "photo", name: "photo.jpg", size: 17, source: sent });
  const pdf = contentOf({ kind: "pdf", name: "letter.pdf", type: "application/pdf", size: 17 }, sent);
  assert.deepEqual(readSharedFile(pdf), { kind: "pdf", name: "letter.pdf", size: 17, source: sent });
});

test("a voice message is marked as one", async () => {
  const { source } = await encryptFile(PLAIN);
  const content = contentOf({ kind: "voice", name: "voice message", type: "audio/webm", size: 17, duration: 1200 }, { ...source, url: MXC });
  assert.equal(content["msgtype"], "m.audio");
  assert.ok("org.matrix.msc3245.voice" in content);
  assert.equal(readSharedFile(content)?.kind, "voice");
});

test("a file in the clear, of another version or with a strange address is none", async () => {
  const { source } = await encryptFile(PLAIN);
  const good = { ...source, url: MXC };
  assert.notEqual(readEncryptedFile(good), null);
  const bad: unknown[] = [
    null,
    "mxc://example.org/abc",
    { ...good, v: "v1" },
    { ...good, url: "https://evil.example/x" },
    { ...good, url: "mxc://example.org/../../x" },
    { ...good, url: "mxc://example.org/a?b" },
    { ...good, key: { alg: "A128CTR", k: "x" } },
    { ...good, hashes: {} },
  ];
  for (const value of bad) assert.equal(readEncryptedFile(value), null);
  assert.equal(readSharedFile({ msgtype: "m.image", body: "x", file: undefined }), null);
});

test("the name of a file is the sender's, not the caption, also of one that cannot be opened", () => {
  assert.equal(fileName({ msgtype: "m.file", filename: "letter.pdf", body: "Please read this" }), "letter.pdf");
  assert.equal(fileName({ msgtype: "m.file", body: "letter.pdf" }), "letter.pdf");
});
