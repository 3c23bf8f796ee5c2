import assert from "node:assert/strict";
import { beforeEach, test, type TestContext } from "node:test";
import { download, upload } from "../src/files/transfer.ts";

const GATEWAY = "http://localhost/gw";
let last: FakeRequest;

/** A request whose line does what the test says. */
class FakeRequest {
  upload: { onprogress?: (event: { loaded: number; total: number }) => void; onload?: () => void } = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  onloadend?: () => void;
  status = 0;
  response: unknown = null;
  aborted = false;

  constructor() {
    last = this;
  }

  open(): void {}
  setRequestHeader(): void {}
  send(): void {}

  abort(): void {
    this.aborted = true;
    this.onabort?.();
    this.onloadend?.();
  }

  moves(loaded: number): void {
    this.upload.onprogress?.({ loaded, total: 100 });
    if (loaded === 100) this.upload.onload?.();
  }

  answers(status: number, response: unknown): void {
    Object.assign(this, { status, response });
    this.onload?.();
    this.onloadend?.();
  }
}

beforeEach(() => Object.assign(globalThis, { XMLHttpRequest: FakeRequest }));

function sending(context: TestContext) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const network = new EventTarget();
  const stop = new AbortController();
  const done = upload(GATEWAY, "secret", new ArrayBuffer(100), stop.signal, () => undefined, network);
  return { network, stop, done, tick: (seconds: number) => context.mock.timers.tick(seconds * 1_000) };
}

test("an upload on a line that stands still is lost after 30 seconds, so that it is tried again", async (context) => {
  const { done, tick } = sending(context);
  tick(29);
  last.moves(40);
  tick(29);
  assert.equal(last.aborted, false, "it had moved");
  tick(1);
  assert.equal(last.aborted, true);
  assert.deepEqual(await done, { result: "lost" });
});

for (const event of ["silent", "online", "woken"])
  test(`an upload that stands still is lost soon after the window says "${event}", and one that moves goes on`, async (context) => {
    const { network, done, tick } = sending(context);
    network.dispatchEvent(new Event(event));
    tick(9);
    last.moves(50);
    tick(29);
    assert.equal(last.aborted, false);
    network.dispatchEvent(new Event(event));
    tick(5);
    network.dispatchEvent(new Event(event));
    tick(5);
    assert.deepEqual(await done, { result: "lost" });
  });

test("what has left the page is waited for a little longer, and its answer counts", async (context) => {
  const { network, done, tick } = sending(context);
  last.moves(100);
  network.dispatchEvent(new Event("silent"));
  tick(59);
  last.answers(200, { content_uri: "mxc://x/y" });
  tick(60);
  assert.deepEqual([await done, last.aborted], [{ result: "done", url: "mxc://x/y" }, false]);
});

test("whoever takes a file back stops its upload, and it is not tried again", async (context) => {
  const { stop, done } = sending(context);
  stop.abort();
  assert.deepEqual([await done, last.aborted], [{ result: "stopped" }, true]);
});

test("a file that stops coming is given up after 30 seconds, and one that comes slowly is waited for", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  for (const whole of [true, false]) {
    let pieces!: ReadableStreamDefaultController<Uint8Array>;
    context.mock.method(globalThis, "fetch", (_address: string, init?: RequestInit) => {
      init?.signal?.addEventListener("abort", () => pieces.error(new DOMException("given up", "AbortError")));
      return Promise.resolve(new Response(new ReadableStream({ start: (controller) => void (pieces = controller) })));
    });
    const coming = download(GATEWAY, "secret", "mxc://x/y", new EventTarget());
    for (const piece of [1, 2, 3]) {
      pieces.enqueue(Uint8Array.of(piece));
      await new Promise((resolve) => setImmediate(resolve));
      context.mock.timers.tick(29_000);
    }
    if (whole) pieces.close();
    else context.mock.timers.tick(1_000);
    if (whole) assert.deepEqual(new Uint8Array(await coming), Uint8Array.of(1, 2, 3));
    else await assert.rejects(coming, { name: "AbortError" });
  }
});
