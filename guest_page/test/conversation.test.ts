import assert from "node:assert/strict";
import { test } from "node:test";
import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import { type Around, Conversation } from "../src/session/conversation.ts";
import { Store } from "../src/store.ts";

Object.assign(globalThis, { document: new EventTarget(), window: new EventTarget() });

test("a file that the device no longer gives is asked for again, and is no message", async () => {
  const told: string[] = [];
  const around = { changed: () => undefined, pauses: () => () => Promise.resolve(), fileRefused: (why: string) => told.push(why) } as unknown as Around;
  const client = { on: () => undefined, getRoom: () => null } as unknown as MatrixClient;
  const values = new Map<string, string>();
  const store = new Store({ getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value), removeItem: (key) => void values.delete(key), clear: () => values.clear() });
  const conversation = new Conversation(client, { gateway: "", secret: "", user: "@me:x", bot: "@bot:x", name: "Amina", native: false }, store, around);
  const data = { size: 8, arrayBuffer: () => Promise.reject(new DOMException("not here any more", "NotReadableError")) } as unknown as Blob;
  await conversation.attach({ kind: "pdf", name: "letter.pdf", type: "application/pdf", data });
  assert.deepEqual([told, conversation.messages], [["gone"], []]);
});
