import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import { TurnServers } from "../src/call/turn_servers.ts";

function homeserver(answer: Record<string, unknown>): { client: MatrixClient; asked: () => number } {
  let asked = 0;
  const turnServer = (): Promise<unknown> => Promise.resolve({ ...answer, password: `word${++asked}` });
  return { client: { turnServer } as unknown as MatrixClient, asked: () => asked };
}

test("a relay's password is asked for once, and again when half of its life is over", async () => {
  mock.timers.enable({ apis: ["Date"], now: 1_000 });
  const { client, asked } = homeserver({ uris: ["turn:x"], username: "u", ttl: 3600 });
  const turn = new TurnServers(client);
  assert.deepEqual(await turn.fresh(), [{ urls: ["turn:x"], username: "u", credential: "word1" }]);
  mock.timers.tick(1_799_000);
  await turn.fresh();
  assert.equal(asked(), 1);
  mock.timers.tick(1_000);
  assert.equal((await turn.fresh())[0]?.credential, "word2");
  mock.timers.reset();
});

test("a relay's password is renewed in time also after a sleep, and when the clock was set back meanwhile", async () => {
  const { client, asked } = homeserver({ uris: ["turn:x"], username: "u", ttl: 3600 });
  let moment = { running: 0, wall: 5_000_000 };
  const turn = new TurnServers(client, () => moment);
  await turn.fresh();
  moment = { running: 1_000, wall: 5_000_000 + 1_800_000 };
  await turn.fresh();
  assert.equal(asked(), 2);
  moment = { running: 1_000 + 1_800_000, wall: 0 };
  await turn.fresh();
  assert.equal(asked(), 3);
});

test("a homeserver that names none is asked again each time, since it may name one later", async () => {
  const { client, asked } = homeserver({});
  const turn = new TurnServers(client);
  assert.deepEqual([await turn.fresh(), await turn.fresh()], [[], []]);
  assert.equal(asked(), 2);
});
