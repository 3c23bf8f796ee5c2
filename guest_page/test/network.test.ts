import assert from "node:assert/strict";
import { test } from "node:test";
import { gatewayFetch, HELD_MS, prefetchVersions } from "../src/session/network.ts";

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

for (const event of ["online", "woken"])
  test(`a held sync is asked for anew at once, without a word to the SDK, when the window says "${event}"`, async () => {
    const network = new EventTarget();
    let asked = 0;
    const line = hanging();
    const answer = gatewayFetch(network, (input, init) => (++asked === 1 ? line.fetch(input, init) : Promise.resolve(new Response("{}"))))(`${GATEWAY}/v3/sync?timeout=15000`);
    network.dispatchEvent(new Event(event));
    assert.equal(await (await answer).text(), "{}");
    assert.deepEqual([asked, line.aborted()], [2, true]);
  });

test("a held sync is given up as soon as the server has stopped answering beside it", async () => {
  const window = new EventTarget();
  const answer = gatewayFetch(window, hanging().fetch)(`${GATEWAY}/v3/sync?timeout=15000`);
  window.dispatchEvent(new Event("silent"));
  await assert.rejects(answer, { name: "AbortError" });
});

test("a connection that is dead is noticed within 25 seconds, and one that is held not given up before its answer may come", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const line = hanging();
  const answer = gatewayFetch(new EventTarget(), line.fetch)(`${GATEWAY}/v3/sync`);
  context.mock.timers.tick(HELD_MS + 5_000);
  assert.equal(line.aborted(), false);
  context.mock.timers.tick(5_000);
  await assert.rejects(answer, { name: "AbortError" });
});

test("a long answer over a slow line is not given up while it comes, only when it stops coming", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  for (const ends of [true, false]) {
    let pieces!: ReadableStreamDefaultController<Uint8Array>;
    const slow: typeof fetch = (_input, init) => {
      const body = new ReadableStream<Uint8Array>({ start: (controller) => void (pieces = controller) });
      init?.signal?.addEventListener("abort", () => pieces.error(new DOMException("given up", "AbortError")));
      return Promise.resolve(new Response(body));
    };
    const answer = gatewayFetch(new EventTarget(), slow)(`${GATEWAY}/v3/sync`);
    for (const piece of ["{", '"next_batch":', '"s1"', "}"]) {
      pieces.enqueue(new TextEncoder().encode(piece));
      await new Promise((resolve) => setImmediate(resolve));
      context.mock.timers.tick(20_000);
    }
    if (ends) pieces.close();
    else context.mock.timers.tick(25_000);
    if (ends) assert.deepEqual(await (await answer).json(), { next_batch: "s1" });
    else await assert.rejects(answer, { name: "AbortError" });
  }
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

test("what was asked ahead of time on a line that then died keeps nobody waiting: it is asked anew", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(globalThis, "fetch", hanging().fetch);
  void prefetchVersions("http://localhost/gw");
  const answer = gatewayFetch(new EventTarget(), () => Promise.resolve(new Response("later")))(`${GATEWAY}/versions`);
  context.mock.timers.tick(8_000);
  assert.equal(await (await answer).text(), "later");
});
