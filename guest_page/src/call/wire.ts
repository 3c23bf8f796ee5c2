/**
 * What the pages of one call say to each other: encrypted events of our own kind in the session room. Element knows the kind not, so it
 * neither shows them nor rings; to the homeserver they are encrypted events like any other.
 */
export const CALL_EVENT = "org.teleconnect.call";
/** Sent by the bot alone: staff have asked for a call. */
export const RING_EVENT = "org.teleconnect.call.ring";

/** How often whoever is in the call says so, and after which silence nobody believes it any more. */
export const HERE_EVERY_MS = 30_000;
export const GONE_AFTER_MS = 75_000;

export interface Said {
  id: string;
  sender: string;
  type: string;
  content: Record<string, unknown>;
  /** Milliseconds that it is old, where it is read. */
  age: number;
}

/** The session room, as far as a call needs it. */
export interface Channel {
  user: string;
  bot: string;
  /** Tries for half a minute, or until a later word of the kind has made it untrue; rejects when it could not be said. */
  send(content: CallContent): Promise<void>;
  /** Everything of the call that is said from now on by others; ends with the answer. */
  listen(hear: (said: Said) => void): () => void;
  /** What was said lately, oldest first. */
  recent(): Said[];
}

/**
 * A `party` is one stay of one browser in the call: after a reload it is another one. `poor`: send me little. `stayed`: for how many
 * milliseconds they are in the call, so that of too many the last to come is known without any clock.
 */
export type CallContent =
  | { kind: "here"; party: string; video: boolean; poor: boolean; stayed?: number }
  | { kind: "gone"; party: string }
  | { kind: "signal"; from: string; to: string; event: string; content: Record<string, unknown> };

/** Null for what no page of ours has sent. */
export function readContent(raw: Record<string, unknown>): CallContent | null {
  const { kind, party, video, poor, stayed, from, to, event, content } = raw;
  if (kind === "here" && typeof party === "string") return { kind, party, video: video === true, poor: poor === true, stayed: typeof stayed === "number" ? Math.max(0, stayed) : 0 };
  if (kind === "gone" && typeof party === "string") return { kind, party };
  const isSignal = typeof from === "string" && typeof to === "string" && typeof event === "string" && typeof content === "object" && content !== null;
  return kind === "signal" && isSignal ? { kind, from, to, event, content: content as Record<string, unknown> } : null;
}
