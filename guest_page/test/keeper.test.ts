import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Seat, SeatStatus } from "../src/api.ts";
import { CallKeeper } from "../src/call/keeper.ts";
import type { Conversation } from "../src/session/index.ts";

beforeEach(() => Object.assign(globalThis, { window: Object.assign(new EventTarget(), { setInterval: () => 0, clearInterval: () => undefined }) }));

const seat = (status: SeatStatus): Seat => ({ status }) as Seat;

test("a session that ends while its call is still being loaded has none, and nobody comes back into it by themselves", async () => {
  const heard: number[] = [];
  const channel = { user: "@me:x", bot: "@bot:x", send: () => Promise.resolve(), listen: () => heard.push(1), recent: () => [] };
  const conversation = { callWay: { channel }, here: [] } as unknown as Conversation;
  const enter = (): Promise<never> => Promise.reject(new Error("asked for a way in"));
  const keeper = new CallKeeper({ calls: { provider: "jitsi", force_relay: true }, language: () => "en", enter, ring: () => undefined, changed: () => undefined });
  const loading = keeper.follow(seat("in_session"), conversation);
  await keeper.follow(seat("kept_open"), conversation);
  await loading;
  assert.deepEqual([keeper.conference, heard], [null, []]);
  await keeper.follow(seat("in_session"), conversation);
  assert.notEqual(keeper.conference, null, "it has one again when it goes on");
});
