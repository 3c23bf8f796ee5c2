import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Answer } from "../src/api.ts";
import { Conference } from "../src/call/conference.ts";
import { readWord } from "../src/call/conference_word.ts";
import type { WayIn } from "../src/call/conference_address.ts";
import { CALL_EVENT, type CallContent, GONE_AFTER_MS, RING_EVENT, type Said } from "../src/call/wire.ts";

const BOT = "@bot:x";
const NO: Answer<WayIn> = { ok: false, status: 409, error: "not_in_session", opensAt: null, retryAfter: null, taken: [], more: false };

let windowOf: EventTarget;
beforeEach(() => {
  windowOf = new EventTarget();
  Object.assign(globalThis, { window: Object.assign(windowOf, { setInterval, clearInterval, setTimeout, clearTimeout }) });
});

/** One browser in the room: what it says, what it hears, and what the server answers when it wants to come in. */
class Browser {
  said: CallContent[] = [];
  rung = 0;
  asked = 0;
  answers: Answer<WayIn>[] = [];
  hear: (said: Said) => void = () => undefined;
  conference: Conference;

  constructor(recent: Said[] = []) {
    const channel = {
      user: "@me:x",
      bot: BOT,
      send: (content: CallContent) => Promise.resolve(void this.said.push(content)),
      listen: (hear: (said: Said) => void) => {
        this.hear = hear;
        return () => (this.hear = () => undefined);
      },
      recent: () => recent,
    };
    const enter = (): Promise<Answer<WayIn>> => Promise.resolve(this.answers.shift() ?? { ok: true, value: { address: "https://j.example/5f", token: `t${++this.asked}` } });
    this.conference = new Conference({ channel, enter, forceRelay: true, changed: () => undefined, ring: () => this.rung++ });
  }
}

function word(sender: string, content: Record<string, unknown>, type = CALL_EVENT, age = 0): Said {
  return { id: crypto.randomUUID(), sender, type, content, age };
}

const HERE = { kind: "here", party: "theirs", video: false, poor: false };

test("each join asks for a way in of its own, and leaving takes the frame away", async () => {
  const me = new Browser();
  await Promise.all([me.conference.join(), me.conference.join()]);
  assert.equal(me.asked, 1, "two presses are one join");
  const first = me.conference.address;
  me.conference.leave();
  assert.equal(me.conference.address, null);
  await me.conference.join();
  assert.notEqual(me.conference.address, first);
  assert.deepEqual(me.said.map(({ kind }) => kind), ["here", "gone", "here"]);
  me.conference.stop();
  assert.equal(me.conference.address, null);
});

test("without a way in there is no frame and nobody is told of one, until it is tried again", async () => {
  const me = new Browser();
  me.answers.push(NO);
  await me.conference.join();
  assert.deepEqual([me.conference.address, me.conference.failed, me.said.length], [null, true, 0]);
  await me.conference.join();
  assert.deepEqual([me.conference.joined, me.conference.failed], [true, false]);
  me.conference.stop();
});

test("a way in that comes after the end of the session opens nothing", async () => {
  const me = new Browser();
  const joining = me.conference.join();
  me.conference.stop();
  await joining;
  assert.equal(me.conference.address, null);
  assert.deepEqual(me.said, []);
});

test("the page rings for the bot's word, for the first who comes, and for nobody else", async () => {
  const me = new Browser();
  me.hear(word("@staff:x", {}, RING_EVENT));
  assert.equal(me.conference.ringing, false);
  me.hear(word(BOT, {}, RING_EVENT));
  assert.equal(me.conference.ringing, true);
  me.conference.dismissRing();
  me.hear(word("@staff:x", HERE));
  assert.equal(me.conference.ringing, true);
  await me.conference.join();
  assert.equal(me.conference.ringing, false);
  me.hear(word(BOT, {}, RING_EVENT));
  assert.equal(me.conference.ringing, false);
  me.conference.stop();
});

test("who is in the conference is known from what they say, and whoever comes late is told who was there", async () => {
  const old = word("@old:x", { ...HERE, party: "old" }, CALL_EVENT, GONE_AFTER_MS);
  const me = new Browser([word("@staff:x", HERE), old]);
  assert.deepEqual(me.conference.others.map(({ user }) => user), ["@staff:x"]);
  await me.conference.join();
  me.hear(word("@late:x", { ...HERE, party: "late" }));
  me.hear(word("@late:x", { ...HERE, party: "late" }));
  assert.equal(me.said.length, 2, "once for coming in, once for the one who came late");
  me.hear(word("@late:x", { kind: "gone", party: "late" }));
  me.conference.membersAre(new Set());
  assert.deepEqual(me.conference.others, []);
  windowOf.dispatchEvent(new Event("pagehide"));
  assert.equal(me.said.at(-1)?.kind, "gone");
  me.conference.stop();
});

test("whoever comes into the room while a conference runs is told of it within seconds, once for all who come together", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(windowOf, { setTimeout, clearTimeout });
  const me = new Browser();
  me.conference.membersAre(new Set(["@me:x", "@staff:x"]));
  me.conference.membersAre(new Set(["@me:x", "@staff:x", "@early:x"]));
  t.mock.timers.tick(5_000);
  assert.deepEqual(me.said, [], "who is not in it says nothing");
  await me.conference.join();
  me.conference.membersAre(new Set(["@me:x", "@staff:x", "@early:x", "@late:x"]));
  me.conference.membersAre(new Set(["@me:x", "@early:x", "@late:x", "@later:x"]));
  assert.equal(me.said.length, 1, "not all in the same moment");
  t.mock.timers.tick(5_000);
  assert.deepEqual(me.said.map(({ kind }) => kind), ["here", "here"]);
  me.conference.membersAre(new Set(["@me:x", "@early:x"]));
  me.conference.membersAre(new Set(["@me:x", "@early:x", "@late:x"]));
  me.conference.leave();
  t.mock.timers.tick(5_000);
  assert.deepEqual(me.said.map(({ kind }) => kind), ["here", "here", "gone"]);
  me.conference.stop();
});

const NO_NETWORK: Answer<WayIn> = { ...NO, status: 0, error: "" };

test("a frame that has lost the conference gets a new way in, in the same stay, and with the devices as they were switched in it", async () => {
  const me = new Browser();
  await me.conference.setCamera(true);
  await me.conference.join();
  const [first, entry] = [me.conference.address, me.conference.entry];
  me.conference.frameSays({ says: "in" });
  me.conference.frameSays({ says: "microphone", on: false });
  me.conference.frameSays({ says: "camera", on: false });
  me.conference.frameSays({ says: "lost" });
  assert.equal(me.conference.address, first, "the frame stays until there is another way");
  await new Promise((resolve) => setImmediate(resolve));
  assert.notEqual(me.conference.entry, entry);
  const { hash } = new URL(me.conference.address!);
  assert.ok(hash.includes("config.startWithAudioMuted=true") && hash.includes("config.startWithVideoMuted=true"));
  assert.deepEqual(me.said.map(({ kind }) => kind), ["here"], "nobody has gone, and nobody has come");
  me.conference.stop();
});

test("where a new way in does not help, the frame is not loaded again and again; the button does it once more", async () => {
  const me = new Browser();
  await me.conference.join();
  for (const says of ["lost", "in", "lost", "lost", "lost"] as const) {
    me.conference.frameSays({ says });
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(me.asked, 2);
  await me.conference.comeInAgain();
  assert.equal(me.asked, 3);
  me.conference.stop();
});

test("without a network the new way in is asked for until there is one, or until the person leaves", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(windowOf, { setTimeout, clearTimeout });
  const turn = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(15_000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const me = new Browser();
  await me.conference.join();
  me.answers.push(NO_NETWORK, NO_NETWORK);
  void me.conference.comeInAgain();
  await turn();
  assert.deepEqual([me.asked, me.conference.joining], [1, true]);
  await turn();
  assert.deepEqual([me.asked, me.conference.joining, me.conference.joined], [2, false, true]);

  me.answers.push(NO_NETWORK);
  void me.conference.comeInAgain();
  me.conference.leave();
  await turn();
  assert.deepEqual([me.asked, me.conference.joining, me.conference.joined], [2, false, false]);
  me.conference.stop();
});

test("a no of the server's ends the stay, with a sentence", async () => {
  const me = new Browser();
  await me.conference.join();
  me.answers.push(NO);
  await me.conference.comeInAgain();
  assert.deepEqual([me.conference.joined, me.conference.failed, me.said.at(-1)?.kind], [false, true, "gone"]);
  me.conference.stop();
});

test("of what a frame says only Jitsi Meet's own words count", () => {
  const posted = (method: string, params: unknown, scope = "jitsi_meet_external_api_0"): string => JSON.stringify({ postis: true, scope, method, params });
  const event = (name: string, said = {}): string => posted("message", { type: "event", data: { name, ...said } });
  assert.deepEqual(readWord(posted("__ready__", "7")), { says: "ready", answer: posted("__ready__", "7") });
  assert.deepEqual(readWord(event("video-conference-joined")), { says: "in" });
  assert.deepEqual(readWord(event("error-occurred", { error: { name: "connection.droppedError", isFatal: true } })), { says: "lost" });
  assert.deepEqual(readWord(event("error-occurred", { error: { name: "connection.passwordRequired", isFatal: false } })), { says: "lost" });
  assert.deepEqual(readWord(event("audio-mute-status-changed", { muted: true })), { says: "microphone", on: false });
  assert.deepEqual(readWord(event("video-mute-status-changed", { muted: false })), { says: "camera", on: true });
  const others = [
    event("error-occurred", { error: { name: "conference.setup_failed", isFatal: false } }),
    event("error-occurred"),
    event("participant-left"),
    event("constructor", { muted: true }),
    event("audio-mute-status-changed"),
    posted("message", null),
    posted("__ready__", "7", "jitsi_meet_external_api_1"),
    JSON.stringify({ method: "__ready__" }),
    "null",
    "{",
    7,
    null,
  ];
  for (const said of others) assert.equal(readWord(said), null, String(said));
});
