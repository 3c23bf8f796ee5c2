import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ciphertexts } from "../src/files/ciphertexts.ts";
import { Files } from "../src/session/files.ts";

const LETTER = { kind: "pdf", name: "letter.pdf", type: "application/pdf", data: new Blob(["%PDF-1.7"]) } as const;

function scene() {
  const kept = new Map<string, ArrayBuffer>();
  const touched: string[] = [];
  const ciphertexts: Ciphertexts = {
    put: async (txn, data) => {
      touched.push("put");
      kept.set(txn, data);
    },
    get: async (txn) => kept.get(txn),
    remove: async (txn) => {
      touched.push("remove");
      kept.delete(txn);
    },
  };
  return { kept, touched, files: new Files({ gateway: "", secret: "", ciphertexts, changed: () => undefined }) };
}

test("a file waits encrypted, and is forgotten once it was sent or taken back", async () => {
  const { kept, files } = scene();
  const unsent = await files.add("t1", LETTER);
  assert.deepEqual([unsent?.file.name, unsent?.file.size, unsent?.file.source.url], ["letter.pdf", 8, ""]);
  assert.ok(!new TextDecoder().decode(kept.get("t1")).includes("PDF"));
  await files.forget("t1");
  assert.equal(kept.size, 0);
});

test("a file that is still being encrypted when the stay ends leaves nothing in the browser", async () => {
  const { touched, files } = scene();
  const adding = files.add("t1", LETTER);
  files.stop();
  assert.equal(await adding, null);
  await files.forget("t1");
  assert.deepEqual(touched, []);
});

test("a file that this browser has not kept over a reload is not taken for one that was taken back", async () => {
  const { kept, files } = scene();
  const unsent = await files.add("t1", LETTER);
  assert.ok(unsent !== null);
  kept.clear();
  assert.equal(await files.upload(unsent), "gone");
  await files.forget("t1");
  assert.equal(await files.upload(unsent), "stopped");
});
