import assert from "node:assert/strict";
import { test } from "node:test";
import { MatrixClient } from "matrix-js-sdk/lib/client.js";
import { logger } from "matrix-js-sdk/lib/logger.js";
import { MemoryStore } from "matrix-js-sdk/lib/store/memory.js";
import { startSync } from "../src/session/start_sync.ts";
import "./sdk_timers.ts";

// As in the page itself (`session/no_log.ts`); the type hides that it is one of loglevel's.
(logger as unknown as { disableAll: () => void }).disableAll();

Object.assign(globalThis, { window: new EventTarget() });

/** The library as it is, on a line that answers its first question late. */
function scene() {
  const asked: string[] = [];
  let answer = (): void => undefined;
  const late = new Promise<void>((resolve) => (answer = resolve));
  const fetchFn = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const { pathname } = new URL(String(input));
    if (init?.signal?.aborted !== true) asked.push(pathname.split("/").at(-1) ?? "");
    if (pathname.endsWith("/versions")) await late;
    if (pathname.endsWith("/sync")) return new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError"))));
    return new Response(JSON.stringify(pathname.endsWith("/versions") ? { versions: ["v1.11"] } : {}));
  };
  const client = new MatrixClient({ baseUrl: "http://x", userId: "@me:x", deviceId: "D", accessToken: "t", store: new MemoryStore(), disableVoip: true, fetchFn: fetchFn as typeof fetch });
  return { client, asked, answer };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test("a stay that ends before the first answer has come never syncs", async () => {
  const { client, asked, answer } = scene();
  let stopped = false;
  const starting = startSync(client, {}, () => stopped);
  await settled();
  stopped = true;
  client.stopClient();
  answer();
  await starting;
  await settled();
  assert.deepEqual(asked.filter((path) => path === "sync"), []);
  assert.equal(client.getSyncState(), null);
});

test("a stay that goes on does, and leaves a network that is back to those who ask anew by themselves", async () => {
  const { client, asked, answer } = scene();
  answer();
  await startSync(client, {}, () => false);
  await settled();
  assert.ok(asked.includes("sync"));
  const before = asked.length;
  window.dispatchEvent(new Event("online"));
  client.stopClient();
  await settled();
  assert.deepEqual(asked.slice(before), []);
});
