import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientEvent, MatrixClient } from "matrix-js-sdk/lib/client.js";
import { RoomEvent } from "matrix-js-sdk/lib/models/room.js";
import { MemoryStore } from "matrix-js-sdk/lib/store/memory.js";
import { PAGE_OF_HISTORY, roomHistory } from "../src/session/room_history.ts";
import "./sdk_timers.ts";

const ROOM = "!room:x";
const ME = "@me:x";

/** A homeserver with one room, for the library as it is: a token is the number of events before it. */
class Homeserver {
  readonly events: object[] = [];
  lost = 0;
  private news = (): void => undefined;

  says(count: number): void {
    for (let left = count; left > 0; left--) {
      const number = this.events.length;
      this.events.push({ type: "m.room.message", event_id: `$${number}`, sender: "@staff:x", room_id: ROOM, origin_server_ts: number, content: { msgtype: "m.text", body: String(number) } });
    }
    this.news();
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input));
    if (url.pathname.endsWith("/sync")) return json(await this.sync(url.searchParams.get("since"), init?.signal));
    if (!url.pathname.endsWith("/messages")) return json(url.pathname.endsWith("/versions") ? { versions: ["v1.11"] } : {});
    if (this.lost > 0) {
      this.lost--;
      return json({ errcode: "M_UNKNOWN" }, 502);
    }
    const end = Number(url.searchParams.get("from"));
    const begin = Math.max(0, end - Number(url.searchParams.get("limit")));
    return json({ chunk: this.events.slice(begin, end).reverse(), start: String(end), ...(begin > 0 && { end: String(begin) }) });
  };

  private async sync(since: string | null, signal?: AbortSignal | null): Promise<object> {
    const told = Number(since ?? 0);
    if (since !== null && told === this.events.length)
      await new Promise<void>((resolve) => {
        this.news = resolve;
        signal?.addEventListener("abort", () => resolve());
      });
    const begin = Math.max(told, this.events.length - PAGE_OF_HISTORY);
    const timeline = { events: this.events.slice(begin), limited: begin > told, prev_batch: String(begin) };
    const member = { type: "m.room.member", state_key: ME, sender: ME, event_id: "$me", origin_server_ts: 0, content: { membership: "join" } };
    return { next_batch: String(this.events.length), rooms: { join: { [ROOM]: { timeline, state: { events: [member] } } } } };
  }
}

function json(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

test("every message is heard of once, over a first sync that is limited, a page that is lost, and a long sleep", async () => {
  const server = new Homeserver();
  server.says(120);
  const client = new MatrixClient({ baseUrl: "http://x", userId: ME, deviceId: "D", accessToken: "t", store: new MemoryStore(), timelineSupport: true, disableVoip: true, fetchFn: server.fetch as typeof fetch });
  const heard: string[] = [];
  let whole = (): void => undefined;
  client.on(RoomEvent.Timeline, (event) => {
    if (event.getType() === "m.room.message") heard.push(event.getContent<{ body: string }>().body);
    if (new Set(heard).size === server.events.length) whole();
  });
  const all = (): Promise<void> => new Promise((resolve) => (whole = resolve));
  const pauses: number[] = [];
  const history = roomHistory(client, () => client.getRoom(ROOM), () => async (milliseconds) => void pauses.push(milliseconds), () => history.begunAnew());
  const first = new Promise<void>((resolve) => client.once(ClientEvent.Sync, () => resolve()));
  await client.startClient({ initialSyncLimit: PAGE_OF_HISTORY });
  await first;
  server.lost = 1;
  let here = all();
  await history.work();
  await here;
  assert.deepEqual(pauses, [1_000], "the page that was lost was asked for again");
  here = all();
  server.says(130);
  await here;
  client.stopClient();
  assert.deepEqual(heard.map(Number).sort((a, b) => a - b), server.events.map((_, number) => number));
});
