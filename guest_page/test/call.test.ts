import assert from "node:assert/strict";
import { test } from "node:test";
import { withLargerPackets } from "../src/call/packets.ts";
import { Line, limitsFor, MOST_PEOPLE, pictureBetween, POOR_TOTAL } from "../src/call/quality.ts";
import { calls, Roster } from "../src/call/roster.ts";
import { GONE_AFTER_MS, readContent } from "../src/call/wire.ts";

const NOBODY = (): boolean => false;

test("who says that they are there is in the call, and who comes again in another stay has come anew", () => {
  const roster = new Roster();
  assert.equal(roster.here("@a:x", "one", { video: false, poor: false }, 0), true);
  assert.equal(roster.here("@a:x", "one", { video: true, poor: false }, 10), false);
  assert.equal(roster.of("@a:x")?.video, true);
  assert.equal(roster.here("@a:x", "two", { video: false, poor: false }, 20), true);
  assert.equal(roster.all.length, 1);
});

test("nobody takes another stay out of the call than their own", () => {
  const roster = new Roster();
  roster.here("@a:x", "one", { video: false, poor: false }, 0);
  assert.equal(roster.gone("@a:x", "before"), false);
  assert.equal(roster.gone("@b:x", "one"), false);
  assert.equal(roster.all.length, 1);
  assert.equal(roster.gone("@a:x", "one"), true);
});

test("whoever is silent for too long is gone, unless a line stands", () => {
  const roster = new Roster();
  roster.here("@a:x", "one", { video: false, poor: false }, 0);
  assert.equal(roster.expire(GONE_AFTER_MS, NOBODY), false);
  assert.equal(roster.expire(GONE_AFTER_MS + 1, (party) => party === "one"), false);
  assert.equal(roster.expire(GONE_AFTER_MS + 1, NOBODY), true);
  assert.deepEqual(roster.all, []);
});

test("who is out of the room is out of the call", () => {
  const roster = new Roster();
  roster.here("@a:x", "one", { video: false, poor: false }, 0);
  assert.equal(roster.only(new Set(["@a:x"])), false);
  assert.equal(roster.only(new Set(["@b:x"])), true);
});

test("of too many the last to come is the one too many, whatever the clocks say; of those who come at once the same one everywhere", () => {
  const roster = new Roster();
  const word = { video: false, poor: false };
  for (const [index, party] of ["f", "e", "d", "c", "b"].entries()) roster.here(`@${party}:x`, party, { ...word, stayed: 60_000 + index }, 100_000);
  roster.here("@a:x", "a", { ...word, stayed: 500 }, 100_000);
  assert.equal(roster.isFullBefore("z", 20_000), false, "before them all");
  assert.equal(roster.isFullBefore("0", 99_000), false);
  assert.equal(roster.isFullBefore("z", 99_000), true, "at the same time as the sixth");
  assert.equal(roster.isFullBefore("0", 109_000), true, "after six");
});

test("of two exactly one calls", () => {
  for (const [one, other] of [["a", "b"], ["0f", "f0"], ["zz", "za"]] as const) assert.notEqual(calls(one, other), calls(other, one));
});

test("what no page of ours has sent is nothing", () => {
  for (const raw of [{}, { kind: "here" }, { kind: "signal", from: "a", to: "b", event: "x", content: null }, { kind: "other", party: "a" }]) assert.equal(readContent(raw), null);
  assert.deepEqual(readContent({ kind: "here", party: "a", video: 1, stayed: "9" }), { kind: "here", party: "a", video: false, poor: false, stayed: 0 });
  assert.deepEqual(readContent({ kind: "here", party: "a", video: true, poor: true, stayed: 9 }), { kind: "here", party: "a", video: true, poor: true, stayed: 9 });
});

test("a picture goes after three bad moments in a row, once, and not for a single one", () => {
  const line = new Line();
  const [good, slow, losing] = [{ outgoing: 900_000, lost: 0 }, { outgoing: 60_000, lost: 0 }, { outgoing: null, lost: 0.3 }];
  assert.deepEqual([slow, slow, good, slow, losing, slow, slow].map((sample) => line.sample(sample, false)), [false, false, false, false, false, true, false]);
  assert.deepEqual(Array.from({ length: 9 }, () => line.sample({ outgoing: null, lost: 0 }, false)), Array(9).fill(false));
});

test("of whoever sends little anyhow, less is asked of the line", () => {
  const line = new Line();
  assert.deepEqual(Array.from({ length: 9 }, () => line.sample({ outgoing: 90_000, lost: 0 }, true)), Array(9).fill(false));
  assert.deepEqual(Array.from({ length: 3 }, () => line.sample({ outgoing: 40_000, lost: 0 }, true)), [false, false, true]);
});

test("with a poor network everything that one person sends or gets stays below 150 kbit/s, headers included, for two to six people", () => {
  const header = 8 * (20 + 8 + 4 + 12 + 8 + 10); // IPv4, UDP, TURN channel, RTP, its extensions, SRTP's tag
  const [soundPackets, largestPicturePacket] = [1000 / 40, 8 * 1000];
  for (let people = 2; people <= MOST_PEOPLE; people++) {
    const { audio, video } = limitsFor(people, true);
    const sound = audio.maxBitrate + soundPackets * header;
    const picture = video === null ? 0 : video.maxBitrate * (1 + header / largestPicturePacket) + video.maxFramerate * header;
    assert.ok((people - 1) * (sound + picture) <= POOR_TOTAL, `${people}: ${(people - 1) * (sound + picture)}`);
  }
});

test("pictures go between three at most, and with a poor network between two", () => {
  assert.deepEqual([2, 3, 4, 6].map((people) => pictureBetween(people, false)), [true, true, false, false]);
  assert.deepEqual([2, 3, 4].map((people) => pictureBetween(people, true)), [true, false, false]);
  assert.equal(limitsFor(3, false).video?.height, 360);
});

test("sound is asked for in packets of 40 ms, once, and the picture is left alone", () => {
  const sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ptime:20\r\na=maxptime:60\r\na=mid:0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n";
  const asked = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ptime:40\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n";
  assert.equal(withLargerPackets(sdp), asked);
  assert.equal(withLargerPackets(asked), asked);
});
