/** The conversation as the page shows it: one entry per event, however often and in whatever order it is heard of. */
import type { SharedFile } from "./files/shared_file.ts";
import type { Unsent } from "./store.ts";

export type Kind = "text" | "file" | "unreadable" | "removed";

/** One event of the room, as far as the page cares. */
export interface Heard {
  id: string;
  sender: string;
  /** Milliseconds since 1970; the homeserver's clock where it is known. */
  at: number;
  kind: Kind;
  text: string;
  /** Of a file that can be opened; one without came unencrypted. */
  file?: SharedFile;
  /** The transaction id with which this browser sent it. */
  txn?: string;
  /** This event is a new wording of that earlier one. */
  replaces?: string;
}

export interface Message extends Heard {
  mine: boolean;
  sent: boolean;
}

export class MessageList {
  private readonly me: string;
  private readonly heard = new Map<string, Heard>();
  private readonly rewordings = new Map<string, Heard>();

  constructor(me: string) {
    this.me = me;
  }

  /** Takes an event in; true when it is the first time that its words can be read. */
  hear(event: Heard): boolean {
    if (event.replaces !== undefined) {
      const known = this.rewordings.get(event.replaces);
      if (event.kind === "text" && (known === undefined || known.at <= event.at)) this.rewordings.set(event.replaces, event);
      return false;
    }
    const before = this.heard.get(event.id);
    // A late failure never covers words that were readable once; a removal always does.
    if (before !== undefined && event.kind === "unreadable" && before.kind !== "unreadable") return false;
    if (before?.kind === "removed") return false;
    this.heard.set(event.id, event);
    const readable = event.kind === "text" || event.kind === "file";
    return readable && (before === undefined || before.kind === "unreadable");
  }

  /** Takes in what the server has just confirmed: it stands last until the server says its time, which this browser can only guess. */
  confirm(event: Heard): void {
    const last = [...this.heard.values()].reduce((latest, { at }) => Math.max(latest, at), event.at);
    this.hear({ ...event, at: last });
  }

  remove(id: string): void {
    const before = this.heard.get(id);
    if (before !== undefined) this.heard.set(id, { ...before, kind: "removed", text: "" });
  }

  knows(id: string): boolean {
    return this.heard.has(id);
  }

  /** The event as which this browser's message stands in the room already: the answer to it was lost, perhaps before a reload. */
  sentAs(txn: string): string | undefined {
    return [...this.heard.values()].find((event) => event.sender === this.me && event.txn === txn)?.id;
  }

  /** What is shown, oldest first; `unsent` are this browser's messages that no server has confirmed. */
  shown(unsent: readonly Unsent[]): Message[] {
    const sent = [...this.heard.values()].sort((a, b) => a.at - b.at).map((event) => this.message(event));
    const arrived = new Set(sent.flatMap(({ txn, mine }) => (mine && txn !== undefined ? [txn] : [])));
    const waiting = unsent
      .filter(({ txn }) => !arrived.has(txn))
      .map(({ txn, text, at, file }): Message => {
        const about = { id: txn, txn, sender: this.me, at, mine: true, sent: false } as const;
        return file === undefined ? { ...about, kind: "text", text } : { ...about, kind: "file", text: file.name };
      });
    return [...sent, ...waiting];
  }

  private message(event: Heard): Message {
    const rewording = this.rewordings.get(event.id);
    const text = event.kind === "text" && rewording?.sender === event.sender ? rewording.text : event.text;
    return { ...event, text, mine: event.sender === this.me, sent: true };
  }
}
