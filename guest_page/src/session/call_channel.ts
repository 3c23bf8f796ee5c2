import { type MatrixClient } from "matrix-js-sdk/lib/client.js";
import { MatrixError } from "matrix-js-sdk/lib/http-api/errors.js";
import { EventStatus } from "matrix-js-sdk/lib/models/event-status.js";
import { type MatrixEvent, MatrixEventEvent } from "matrix-js-sdk/lib/models/event.js";
import { RoomEvent } from "matrix-js-sdk/lib/models/room.js";
import { between, now } from "../moment.ts";
import { patiently } from "../patience.ts";
import { CALL_EVENT, type CallContent, type Channel, RING_EVENT, type Said } from "../call/wire.ts";

const OURS = new Set([CALL_EVENT, RING_EVENT]);
const REMEMBERED = 200;
const JUST_NOW_MS = 5_000;
const AGAIN_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** The session room as the way of a call's words: end-to-end encrypted, each heard once, in the order of the room. */
export class RoomChannel implements Channel {
  readonly user: string;
  readonly bot: string;
  private readonly client: MatrixClient;
  private readonly room: string;
  private readonly known = new Set<string>();
  /** Counts what was said of being in the call or gone. */
  private presence = 0;

  constructor(client: MatrixClient, room: string, user: string, bot: string) {
    this.client = client;
    this.room = room;
    this.user = user;
    this.bot = bot;
  }

  async send(content: CallContent): Promise<void> {
    const txn = crypto.randomUUID();
    const word = content.kind === "signal" ? null : (this.presence += 1);
    // Said after "gone" an older "here" would ring for somebody who has left.
    const outdated = (): boolean => word !== null && word !== this.presence;
    const again = (error: unknown): boolean => !outdated() && !(error instanceof MatrixError && error.httpStatus === 401);
    await patiently(AGAIN_MS, () => this.try(txn, content), again).catch((error: unknown) => {
      if (!outdated()) throw error;
    });
  }

  listen(hear: (said: Said) => void): () => void {
    const begun = now();
    const take = (event: MatrixEvent): void => {
      // What is fetched of earlier times was said to nobody who is here now.
      const said = ageOf(event) > between(begun, now()) + JUST_NOW_MS ? null : this.read(event);
      if (said !== null) hear(said);
    };
    this.client.on(RoomEvent.Timeline, take);
    this.client.on(MatrixEventEvent.Decrypted, take);
    return () => {
      this.client.off(RoomEvent.Timeline, take);
      this.client.off(MatrixEventEvent.Decrypted, take);
    };
  }

  recent(): Said[] {
    const events = this.client.getRoom(this.room)?.getLiveTimeline().getEvents() ?? [];
    return events.slice(-REMEMBERED).flatMap((event) => this.read(event) ?? []);
  }

  /** Under one transaction id, so that what arrived without an answer does not arrive twice. */
  private async try(txn: string, content: CallContent): Promise<void> {
    const room = this.client.getRoom(this.room);
    const earlier = room?.getEventForTxnId(txn);
    if (room !== null && earlier?.status === EventStatus.NOT_SENT) await this.client.resendEvent(earlier, room);
    else await this.client.sendEvent(this.room, null, CALL_EVENT as never, content as never, txn);
  }

  /** Null for what is no word of a call, was not encrypted, is our own, or was heard before. */
  private read(event: MatrixEvent): Said | null {
    const id = event.getId();
    const sender = event.getSender();
    const type = event.getType();
    if (event.getRoomId() !== this.room || id === undefined || sender === undefined || sender === this.user) return null;
    if (!OURS.has(type) || !event.isEncrypted() || event.isDecryptionFailure() || this.known.has(id)) return null;
    this.known.add(id);
    return { id, sender, type, content: event.getContent(), age: ageOf(event) };
  }
}

function ageOf(event: MatrixEvent): number {
  return Math.max(0, event.getLocalAge());
}
