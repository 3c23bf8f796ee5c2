import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { canRecord, LONGEST_MS, Recording } from "../src/files/voice.ts";

const WEBM = new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 1, 2, 3]);

/** Records from `start` to `stop`, and then gives what it has heard, as Media Recorder §2.3 says. */
class Recorder {
  static isTypeSupported = (type: string): boolean => type.startsWith("audio/webm");
  static made: Recorder[] = [];
  state: RecordingState = "inactive";
  stopped = 0;
  ondataavailable: ((event: { data: Blob }) => void) | null = null;
  onstop: (() => void) | null = null;
  readonly options: MediaRecorderOptions;

  constructor(_stream: MediaStream, options: MediaRecorderOptions) {
    this.options = options;
    Recorder.made.push(this);
  }

  start(): void {
    this.state = "recording";
  }

  stop(): void {
    assert.equal(this.state, "recording", "a recorder is stopped once");
    this.state = "inactive";
    this.stopped++;
    queueMicrotask(() => {
      this.ondataavailable?.({ data: new Blob([WEBM]) });
      this.onstop?.();
    });
  }
}

let now = 1_000;

function pass(milliseconds: number): void {
  now += milliseconds;
  mock.timers.tick(milliseconds);
}

function microphone(get: () => Promise<MediaStream>): void {
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(performance, "now", () => now);
  Object.assign(globalThis, { MediaRecorder: Recorder });
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: get }, configurable: true });
}

/** How many of its tracks are still open. */
function opened(): { stream: MediaStream; open: () => number } {
  let open = 1;
  return { stream: { getTracks: () => [{ stop: () => open-- }] } as unknown as MediaStream, open: () => open };
}

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
  Recorder.made = [];
  delete (globalThis as { MediaRecorder?: unknown }).MediaRecorder;
  delete (navigator as { mediaDevices?: unknown }).mediaDevices;
});

test("after two minutes it hears no more, lets the microphone go, and waits to be sent", async () => {
  const { stream, open } = opened();
  microphone(() => Promise.resolve(stream));
  const recording = await Recording.begin(() => true);
  assert.ok(recording instanceof Recording);
  assert.equal(LONGEST_MS, 120_000);
  pass(LONGEST_MS - 1);
  assert.deepEqual([recording.full, Recorder.made[0]?.stopped, open()], [false, 0, 1]);
  pass(1);
  await Promise.resolve();
  assert.deepEqual([recording.full, Recorder.made[0]?.stopped, open()], [true, 1, 0]);
  pass(60_000);
  const sent = await recording.stop();
  assert.ok(typeof sent !== "string");
  assert.deepEqual([sent.kind, sent.type, sent.duration, sent.data.size], ["voice", "audio/webm", LONGEST_MS, WEBM.length]);
  assert.equal(Recorder.made[0]?.stopped, 1);
});

test("one that is sent earlier is as long as it was, and nothing stops it later", async () => {
  const { stream, open } = opened();
  microphone(() => Promise.resolve(stream));
  const recording = await Recording.begin(() => true);
  assert.ok(recording instanceof Recording);
  pass(5_000);
  const sent = await recording.stop();
  assert.ok(typeof sent !== "string");
  assert.deepEqual([sent.duration, open()], [5_000, 0]);
  pass(LONGEST_MS);
  assert.equal(Recorder.made[0]?.stopped, 1);
});

test("one that is taken back leaves the microphone too", async () => {
  const { stream, open } = opened();
  microphone(() => Promise.resolve(stream));
  const recording = await Recording.begin(() => true);
  assert.ok(recording instanceof Recording);
  await recording.cancel();
  assert.equal(open(), 0);
});

test("a microphone that is refused is said, and one that the browser does not have is not offered", async () => {
  microphone(() => Promise.reject(new DOMException("no", "NotAllowedError")));
  assert.equal(await Recording.begin(() => true), "no_microphone");
  assert.equal(canRecord(), true);
  delete (navigator as { mediaDevices?: unknown }).mediaDevices;
  assert.equal(canRecord(), false);
});

test("a microphone that is allowed when nobody wants to record any more is let go at once", async () => {
  const { stream, open } = opened();
  microphone(() => Promise.resolve(stream));
  assert.equal(await Recording.begin(() => false), null);
  assert.deepEqual([open(), Recorder.made.length], [0, 0]);
});
