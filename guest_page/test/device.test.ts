import assert from "node:assert/strict";
import { test } from "node:test";
import { browserKind, insideAnotherApp } from "../src/device/browser.ts";
import { resultOf } from "../src/device/findings.ts";
import { openMedia } from "../src/device/media.ts";
import { testNetwork, type TurnServer } from "../src/device/network.ts";

const CHROME = "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36";
const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

test("browsers of other apps are told from real ones", () => {
  for (const real of [CHROME, SAFARI, FIREFOX]) assert.equal(insideAnotherApp(real), false, real);
  const apps = [
    `${CHROME} [FBAN/EMA;FBLC/fr_FR;FBAV/420.0.0.9.115;]`,
    `${CHROME} WhatsApp/2.23.20`,
    "Mozilla/5.0 (Linux; Android 12; SM-A135F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 300.0",
  ];
  for (const app of apps) assert.equal(insideAnotherApp(app), true, app);
});

test("what must be pressed differs between telephones and the rest", () => {
  assert.deepEqual([CHROME, SAFARI, FIREFOX].map((name) => browserKind(name)), ["android", "iphone", "other"]);
});

const SAMSUNG = CHROME.replace("Chrome/", "SamsungBrowser/24.0 Chrome/");
const FIREFOX_ON_ANDROID = "Mozilla/5.0 (Android 13; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15";
const CHROME_ON_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";

test("on an iPhone other browsers are told from Safari, since camera and microphone are allowed elsewhere there", () => {
  const others = ["CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", "FxiOS/127.0 Mobile/15E148 Safari/605.1.15", "Version/17.0 EdgiOS/125.0 Mobile/15E148 Safari/605.1.15", "GSA/320.0 Mobile/15E148 Safari/604.1"];
  for (const device of ["iPhone; CPU iPhone OS 17_5", "iPad; CPU OS 17_5"]) {
    for (const name of others) {
      const userAgent = `Mozilla/5.0 (${device} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ${name}`;
      assert.equal(browserKind(userAgent), "on_iphone", name);
      assert.equal(insideAnotherApp(userAgent), false, name);
    }
  }
  assert.equal(browserKind(SAFARI), "iphone");
});

test("browsers are told apart where their own words differ, and an iPad from the Mac that it says it is", () => {
  assert.deepEqual([SAMSUNG, FIREFOX_ON_ANDROID, MAC, CHROME_ON_MAC].map((name) => browserKind(name)), ["samsung", "firefox", "mac", "other"]);
  assert.deepEqual([browserKind(MAC, 5), browserKind(MAC, 0), browserKind(CHROME, 5)], ["iphone", "mac", "android"]);
  for (const real of [SAMSUNG, FIREFOX_ON_ANDROID, MAC]) assert.equal(insideAnotherApp(real), false, real);
});

test("one word says what can be done together; the worst decides", () => {
  assert.equal(resultOf({ camera: "works", microphone: "works", network: "good" }), "good");
  assert.equal(resultOf({ camera: "missing", microphone: "works", network: "good" }), "no_camera");
  for (const camera of ["refused", "failed", "absent"] as const) assert.equal(resultOf({ camera, microphone: "works", network: "good" }), "audio_only");
  for (const network of ["slow", "barred", "lost"] as const) assert.equal(resultOf({ camera: "missing", microphone: "works", network }), "poor_network");
  for (const microphone of ["refused", "missing", "failed", "absent"] as const) assert.equal(resultOf({ camera: "works", microphone, network: "lost" }), "writing_only");
});

function browserWith(kinds: Record<"audio" | "video", string | null>) {
  const asked: string[] = [];
  const get = (wanted: MediaStreamConstraints): Promise<MediaStream> => {
    const both = (["audio", "video"] as const).filter((kind) => wanted[kind] !== undefined);
    asked.push(both.join("+"));
    const error = both.map((kind) => kinds[kind]).find((name) => name !== null);
    if (error !== undefined) return Promise.reject(new DOMException("no", error ?? ""));
    return Promise.resolve({ getTracks: () => both.map((kind) => ({ kind })) } as unknown as MediaStream);
  };
  return { asked, get };
}

test("camera and microphone are asked for in one question where both are good", async () => {
  const { asked, get } = browserWith({ audio: null, video: null });
  const { camera, microphone, tracks } = await openMedia(get);
  assert.deepEqual([camera, microphone, tracks.length, asked], ["works", "works", 2, ["audio+video"]]);
});

test("a missing or refused camera does not hide a good microphone, nor the other way round", async () => {
  const cases: [string | null, string | null, string, string][] = [
    [null, "NotFoundError", "works", "missing"],
    [null, "NotAllowedError", "works", "refused"],
    [null, "NotReadableError", "works", "failed"],
    ["NotFoundError", null, "missing", "works"],
    ["NotAllowedError", "NotAllowedError", "refused", "refused"],
  ];
  for (const [audio, video, microphone, camera] of cases) {
    const found = await openMedia(browserWith({ audio, video }).get);
    assert.deepEqual([found.microphone, found.camera], [microphone, camera]);
    assert.deepEqual(found.tracks.map(({ kind }) => kind), [...(microphone === "works" ? ["audio"] : []), ...(camera === "works" ? ["video"] : [])]);
  }
});

test("a browser that knows no camera at all is neither a failure nor a no of the person", async () => {
  assert.deepEqual(await openMedia(undefined), { camera: "absent", microphone: "absent", tracks: [] });
});

const SERVER: TurnServer = { urls: ["turn:turn.example:3478"], username: "user", credential: "word" };

function line(milliseconds: number, answer: "ok" | "error" | "lost" = "ok") {
  let clock = 0;
  const fetching = (() => {
    clock += milliseconds;
    if (answer === "lost") return Promise.reject(new TypeError("network"));
    return Promise.resolve(new Response("{}", { status: answer === "ok" ? 200 : 502 }));
  }) as typeof fetch;
  return { fetch: fetching, now: () => clock };
}

/** A connection that gathers these candidates and is then done. */
function peerWith(...candidates: string[]) {
  const configurations: RTCConfiguration[] = [];
  let closed = 0;
  class Peer {
    onicecandidate: ((event: { candidate: { candidate: string } | null }) => void) | null = null;
    constructor(configuration: RTCConfiguration) {
      configurations.push(configuration);
    }
    createDataChannel(): void {}
    async setLocalDescription(): Promise<void> {
      await Promise.resolve();
      for (const candidate of candidates) this.onicecandidate?.({ candidate: { candidate } });
      this.onicecandidate?.({ candidate: null });
    }
    close(): void {
      closed++;
    }
  }
  return { peer: Peer as unknown as typeof RTCPeerConnection, configurations, closed: () => closed };
}

test("the network is good, slow or lost by its middle round trip to the homeserver", async () => {
  const none = { peer: undefined };
  assert.deepEqual(await testNetwork("/gw", null, { ...line(80), ...none }), { state: "good", relay: "none" });
  assert.deepEqual(await testNetwork("/gw", null, { ...line(1_500), ...none }), { state: "slow", relay: "none" });
  assert.equal((await testNetwork("/gw", null, { ...line(80, "lost"), ...none })).state, "lost");
  assert.equal((await testNetwork("/gw", null, { ...line(80, "error"), ...none })).state, "lost");
});

test("the relay is tried with its credentials and nothing else, and let go again", async () => {
  const there = peerWith("candidate:1 1 udp 1 203.0.113.5 50000 typ relay raddr 0.0.0.0 rport 0");
  assert.deepEqual(await testNetwork("/gw", SERVER, { ...line(80), peer: there.peer }), { state: "good", relay: "opens" });
  assert.deepEqual(there.configurations, [{ iceServers: [SERVER], iceTransportPolicy: "relay" }]);
  assert.equal(there.closed(), 1);
});

test("a relay that gives nothing makes the network a poor one for calls", async () => {
  assert.deepEqual(await testNetwork("/gw", SERVER, { ...line(80), peer: peerWith().peer }), { state: "barred", relay: "barred" });
});

test("what could not be asked is neither good nor bad", async () => {
  assert.deepEqual(await testNetwork("/gw", undefined, { ...line(80), peer: peerWith().peer }), { state: "good", relay: "unknown" });
});
