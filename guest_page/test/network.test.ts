import assert from "node:assert/strict";
import { test } from "node:test";
import { gatewayFetch } from "../src/session/network.ts";

const GATEWAY = "http://localhost/gw/_matrix/client";

function hanging(): { fetch: typeof fetch; aborted: () => boolean } {
  let signal: AbortSignal | null | undefined;
  return {
    aborted: () => signal?.aborted === true,
    fetch: (_input, init) => {
      signal = init?.signal;
      return new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(new DOMException("given up", "AbortError"))));
    },
  };
}

test("a held sync is given up when the network comes back", async () => {
  const network = new EventTarget();
  const line = hanging();
  const answer = gatewayFetch(network, line.fetch)(`${GATEWAY}/v3/sync?timeout=30000`);
  network.dispatchEvent(new Event("online"));
  await assert.rejects(answer, { name: "AbortError" });
});

test("a held sync is given up as soon as the server has stopped answering beside it", async () => {
  const window = new EventTarget();
  const answer = gatewayFetch(window, hanging().fetch)(`${GATEWAY}/v3/sync?timeout=30000`);
  window.dispatchEvent(new Event("silent"));
  await assert.rejects(answer, { name: "AbortError" });
});

test("a held sync is given up after 40 seconds", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const line = hanging();
  const answer = gatewayFetch(new EventTarget(), line.fetch)(`${GATEWAY}/v3/sync`);
  context.mock.timers.tick(39_999);
  assert.equal(line.aborted(), false);
  context.mock.timers.tick(1);
  await assert.rejects(answer, { name: "AbortError" });
});

test("the SDK can still end a sync itself", async () => {
  const own = new AbortController();
  const answer = gatewayFetch(new EventTarget(), hanging().fetch)(`${GATEWAY}/v3/sync`, { signal: own.signal });
  own.abort();
  await assert.rejects(answer, { name: "AbortError" });
});

test("what is the same everywhere is answered without the network", async () => {
  const never: typeof fetch = () => Promise.reject(new Error("asked the network"));
  const fetcher = gatewayFetch(new EventTarget(), never);
  const rules = await fetcher(`${GATEWAY}/v3/pushrules/`, { method: "GET" });
  assert.equal(rules.status, 200);
  assert.equal((await fetcher(`${GATEWAY}/v3/room_keys/version`)).status, 404);
  await assert.rejects(fetcher(`${GATEWAY}/v3/keys/upload`, { method: "POST" }), /asked the network/);
});
