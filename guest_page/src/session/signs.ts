import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import type { MatrixEvent } from "matrix-js-sdk/lib/models/event.js";

type Told = Pick<MatrixClient, "sendTyping" | "sendReadReceipt">;

/** How long the others see it without hearing again, and how soon they are told again. */
const SEEN_FOR_MS = 20_000;
const AGAIN_MS = 10_000;

/** What the others are told without words: that this person is writing, and how far they have read. Never tried again: it is soon untrue. */
export class Signs {
  private readonly client: Told;
  private readonly able: boolean;
  private readonly now: () => number;
  private writing = false;
  private toldAt = 0;
  private readTo: string | undefined;

  /** `able` is false for accounts that may tell nothing of this. */
  constructor(client: Told, able: boolean, now: () => number = () => performance.now()) {
    this.client = client;
    this.able = able;
    this.now = now;
  }

  writes(room: string, writing: boolean): void {
    if (!this.able || (!writing && !this.writing)) return;
    if (writing && this.writing && this.now() - this.toldAt < AGAIN_MS) return;
    this.writing = writing;
    this.toldAt = this.now();
    this.client.sendTyping(room, writing, SEEN_FOR_MS).catch(() => undefined);
  }

  /** The person has seen this message, and all before it. */
  read(event: MatrixEvent): void {
    const id = event.getId();
    if (!this.able || id === undefined || id === this.readTo) return;
    this.readTo = id;
    this.client.sendReadReceipt(event).catch(() => {
      if (this.readTo === id) this.readTo = undefined;
    });
  }
}
