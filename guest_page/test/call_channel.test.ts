import assert from "node:assert/strict";
import { test } from "node:test";
import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import type { CallContent } from "../src/call/wire.ts";
import { RoomChannel } from "../src/session/call_channel.ts";

const HERE: CallContent = { kind: "here", party: "mine", video: false, poor: false };
const GONE: CallContent = { kind: "gone", party: "mine" };
const SIGNAL: CallContent = { kind: "signal", from: "mine", to: "theirs", event: "m.call.invite", content: {} };

/** A homeserver that does not take the first so many words. */
function channel(loses: number) {
  const said: string[] = [];
  const client = {
    getRoom: () => null,
    sendEvent: (_room: string, _thread: null, _type: string, content: CallContent) => {
      if (loses-- > 0) return Promise.reject(new Error("502"));
      said.push(content.kind);
      return Promise.resolve();
    },
  };
  return { said, channel: new RoomChannel(client as unknown as MatrixClient, "!room:x", "@me:x", "@bot:x") };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("whoever has said that they are gone is not said to be there by a word that was lost before", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { said, channel: mine } = channel(1);
  const here = mine.send(HERE);
  await settled();
  await mine.send(GONE);
  context.mock.timers.tick(1_000);
  await here;
  assert.deepEqual(said, ["gone"]);
});

test("what is lost is said again, and what belongs to a line whatever was said meanwhile", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { said, channel: mine } = channel(2);
  const words = [mine.send(HERE), mine.send(SIGNAL)];
  await settled();
  context.mock.timers.tick(1_000);
  await Promise.all(words);
  assert.deepEqual(said.sort(), ["here", "signal"]);
});
