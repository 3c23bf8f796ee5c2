import type { Store, Unsent } from "../store.ts";
import type { Pause } from "../wakes.ts";

/**
 * What came of one try to send. `lost` = the network, try again; `refused` = the homeserver said no, ask before trying again;
 * `given_up` = it can never be sent, or the person has taken it back.
 */
export type Try = { result: "sent"; id: string } | { result: "lost" | "refused" | "given_up" };

interface Parts {
  store: Pick<Store, "outbox">;
  send: (unsent: Unsent) => Promise<Try>;
  /** Between the tries of one kind. */
  pauses: () => Pause;
  sent: (unsent: Unsent, id: string) => void;
  changed: () => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** Words do not wait for a file that takes minutes to leave the device: each kind has an order of its own. */
type Lane = "texts" | "files";

const laneOf = (unsent: Unsent): Lane => (unsent.file === undefined ? "texts" : "files");

/**
 * Messages on their way, in order, of each kind one at a time. A message stays in the browser's storage until the homeserver has confirmed it,
 * and keeps its transaction id, so it survives network loss and reload and still arrives once.
 */
export class Outbox {
  private readonly parts: Parts;
  private readonly working = new Set<Lane>();
  private stopped = false;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  get unsent(): readonly Unsent[] {
    return this.parts.store.outbox;
  }

  add(unsent: Unsent): void {
    this.parts.store.outbox = [...this.parts.store.outbox, unsent];
    this.parts.changed();
  }

  stop(): void {
    this.stopped = true;
  }

  /** Notes something about a message that still waits. */
  update(unsent: Unsent): void {
    this.parts.store.outbox = this.parts.store.outbox.map((old) => (old.txn === unsent.txn ? unsent : old));
  }

  /** Takes a message back that is not sent yet. */
  drop(txn: string): void {
    this.parts.store.outbox = this.parts.store.outbox.filter((unsent) => unsent.txn !== txn);
    this.parts.changed();
  }

  /** Sends until nothing is left; a second call while one is at work does nothing. */
  async work(): Promise<void> {
    await Promise.all([this.workOn("texts"), this.workOn("files")]);
  }

  private async workOn(lane: Lane): Promise<void> {
    if (this.working.has(lane)) return;
    this.working.add(lane);
    const first = (): Unsent | undefined => this.unsent.find((unsent) => laneOf(unsent) === lane);
    const wait = this.parts.pauses();
    try {
      let pause = FIRST_PAUSE_MS;
      for (let next = first(); next !== undefined && !this.stopped; next = first()) {
        // Whatever goes wrong on this device is no reason to leave the others behind it unsent.
        const tried = await this.parts.send(next).catch((): Try => ({ result: "lost" }));
        if (this.stopped) return;
        if (tried.result === "sent") {
          const { txn } = next;
          // As it is now: sending may have noted something about it.
          this.parts.sent(this.unsent.find((unsent) => unsent.txn === txn) ?? next, tried.id);
          this.drop(txn);
          pause = FIRST_PAUSE_MS;
        } else if (tried.result === "given_up") {
          this.drop(next.txn);
        } else {
          await wait(tried.result === "refused" ? LONGEST_PAUSE_MS : pause);
          pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
        }
      }
    } finally {
      this.working.delete(lane);
    }
  }
}
