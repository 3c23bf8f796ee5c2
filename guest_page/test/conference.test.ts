import assert from "node:assert/strict";
import { test } from "node:test";
import { frameAddress } from "../src/call/conference_address.ts";
import { inStaffCall, saysInStaffCall } from "../src/session/staff_call.ts";

const WAY = { address: "https://jitsi.example.org/5f5f", token: "a.b-c_d.e" };

/** The fragment as Jitsi Meet reads it: each value is JSON, percent-encoded. */
function told(address: string): Record<string, unknown> {
  const parts = new URL(address).hash.slice(1).split("&").map((part) => part.split("="));
  assert.ok(parts.every((part) => part.length === 2));
  return Object.fromEntries(parts.map(([name, value]) => [name, JSON.parse(decodeURIComponent(value!)) as unknown]));
}

test("the token and every setting stand in the fragment, so that no server finds them in an address", () => {
  const address = new URL(frameAddress(WAY, { microphone: true, camera: true, forceRelay: true }));
  assert.equal(`${address.origin}${address.pathname}`, WAY.address);
  assert.equal(address.search, "");
  assert.equal(told(address.href)["jwt"], WAY.token);
});

test("no second door, no app, no invitations, no recording, nobody else who is asked", () => {
  const settings = told(frameAddress(WAY, { microphone: true, camera: true, forceRelay: true }));
  const off = ["prejoinConfig.enabled", "recordingService.enabled", "liveStreaming.enabled", "transcription.enabled", "enableSaveLogs", "p2p.enabled", "giphy.enabled"];
  const barred = ["disableDeepLinking", "deeplinking.disabled", "disableInviteFunctions", "localRecording.disable", "doNotStoreRoom", "disableThirdPartyRequests", "analytics.disabled", "gravatar.disabled"];
  for (const name of off) assert.equal(settings[`config.${name}`], false, name);
  for (const name of barred) assert.equal(settings[`config.${name}`], true, name);
  const buttons = settings["config.toolbarButtons"] as string[];
  assert.ok(buttons.includes("microphone") && buttons.includes("camera") && buttons.includes("settings"));
  for (const name of ["chat", "hangup", "invite", "recording", "livestreaming", "desktop", "sharedvideo"]) assert.ok(!buttons.includes(name), name);
});

test("what was chosen in front of the call is so in it", () => {
  const quiet = told(frameAddress(WAY, { microphone: false, camera: false, forceRelay: true }));
  const seen = told(frameAddress(WAY, { microphone: true, camera: true, forceRelay: false }));
  assert.deepEqual([quiet["config.startWithAudioMuted"], quiet["config.startWithVideoMuted"]], [true, true]);
  assert.deepEqual([seen["config.startWithAudioMuted"], seen["config.startWithVideoMuted"]], [false, false]);
  assert.ok(!("config.p2p.enabled" in seen), "where addresses may be known, Jitsi Meet decides");
});

test("staff are in a call of Element's from their word until they take it back, or it is too old", () => {
  const hour = 3_600_000;
  assert.equal(inStaffCall({ in_call: true }, 0, hour), true);
  assert.equal(inStaffCall({ in_call: true }, 0, 4 * hour), false);
  assert.equal(inStaffCall({ in_call: true, expires: 2 * hour }, 0, 2 * hour), false);
  assert.equal(inStaffCall({ in_call: true, expires: 2 * hour, created_ts: hour }, 0, 2 * hour), true);
  for (const content of [{}, { in_call: false }, { in_call: "yes" }]) assert.equal(inStaffCall(content, 0, 1), false);
});

test("newer clients say it in an event that sticks, and take it back by one that says nothing", () => {
  const gone = { slot_id: "m.call#ROOM", msc4354_sticky_key: "7" };
  const there = { ...gone, application: { type: "m.call" }, member: { user_id: "@staff:x", device_id: "D", id: "7" } };
  for (const type of ["org.matrix.msc4143.rtc.member", "m.rtc.member"]) {
    assert.equal(saysInStaffCall(type, there), true);
    assert.equal(saysInStaffCall(type, gone), false);
    assert.equal(saysInStaffCall(type, {}), false);
  }
  assert.equal(saysInStaffCall("m.room.message", there), false);
});
