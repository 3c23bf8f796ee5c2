/** The page's own calls to the server. Every answer is a value; nothing throws. */
import { heardDate } from "./clock.ts";

export interface Language {
  code: string;
  /** In its own script. */
  name: string;
  direction: "ltr" | "rtl";
}

export interface Public {
  support_phone: string | null;
  /** Bytes. */
  largest_file: number;
  calls: { provider: "builtin" | "jitsi" | "element_call" | "none"; force_relay: boolean };
  languages: Language[];
}

export interface Opened {
  terms: { version: string; text: string };
  /** The language the invitation was written in. */
  language: string;
  /** The organisation's public name; empty when nothing may name it. */
  name: string;
  /** ISO 8601; only when the session is planned. */
  opens_at: string | null;
  state: "open" | "early" | "ended";
  /** It is an interpreter's link. */
  interpreter: boolean;
}

export type DeviceTest = "good" | "audio_only" | "no_camera" | "writing_only" | "poor_network";

export interface Relayed {
  /** For an `RTCPeerConnection`; null when this organisation has none. */
  server: { urls: string[]; username: string; credential: string } | null;
}

export type SeatStatus = "asking" | "refused" | "preparing" | "keys" | "invited" | "waiting" | "in_session" | "kept_open" | "ended" | "moved";

export interface Person {
  user: string;
  /** Their role, as the room shows it. */
  label: string;
  /** The name they chose. */
  name: string;
  /** Has left, or nothing was heard of their page for a while. */
  away: boolean;
  /** Not a person of its own: by this account a member of the staff is in the call. */
  call_of: string | null;
}

export interface Seat {
  status: SeatStatus;
  user: string | null;
  device: string | null;
  room: string | null;
  label: string;
  people: Person[];
  bot: string;
  told: "told" | "seen" | "nobody_came" | null;
  ended_reason: "closed" | "cancelled" | "removed" | null;
  /** The organisation's; empty when nothing may name it. */
  public_name: string;
  /** It has taken over from another browser: nothing from before can be read here. */
  moved_here: boolean;
  /** Another browser asks for this place. */
  asked_for: boolean;
  /** How many have waited for the same people for longer. */
  before: number;
  /** How many of the staff have been called into the room or are in it. */
  awaited: number;
  /** The requester was told that this person wants everything deleted. */
  deletion_asked: boolean;
  /** The account is a native Matrix guest: it can sign no devices, and say neither that it types nor what it has read. */
  native: boolean;
  /** This browser is a member of the staff's, here for the call alone. */
  call_seat: boolean;
}

export interface Refusal {
  ok: false;
  /** HTTP status; 0 when nothing answered. */
  status: number;
  error: string;
  opensAt: string | null;
  /** Seconds. */
  retryAfter: number | null;
  /** Of a full link: the roles of the places that may be asked for, and whether one more may be. */
  taken: string[];
  more: boolean;
}

export type Answer<T> = { ok: true; value: T } | Refusal;

export interface EnterRequest {
  token: string;
  secret: string;
  name: string;
  language: string;
  terms: string;
  device?: DeviceTest;
}

const PATIENCE_MS = 20_000;
/** For the sign of life: with the 15 s between two, a connection that died silently is noticed within 25 s. */
const SHORT_PATIENCE_MS = 8_000;

export class Api {
  private readonly fetch: typeof fetch;

  constructor(fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.fetch = fetcher;
  }

  public(): Promise<Answer<Public>> {
    return this.call("GET", "/api/public");
  }

  open(token: string, language: string): Promise<Answer<Opened>> {
    return this.call("POST", "/api/open", { body: { token, language } });
  }

  notMe(token: string): Promise<Answer<unknown>> {
    return this.call("POST", "/api/not-me", { body: { token } });
  }

  askForLink(token: string): Promise<Answer<unknown>> {
    return this.call("POST", "/api/ask-for-link", { body: { token } });
  }

  /** One word of a device test, for the requester. */
  device(token: string, device: DeviceTest): Promise<Answer<unknown>> {
    return this.call("POST", "/api/device", { body: { token, device } });
  }

  relay(token: string): Promise<Answer<Relayed>> {
    return this.call("POST", "/api/relay", { body: { token } });
  }

  /** `calling`: a member of the staff redeems their own link to the call. */
  enter(request: EnterRequest, calling: boolean): Promise<Answer<Seat>> {
    return this.call("POST", calling ? "/api/call" : "/api/enter", { body: request });
  }

  /** Enter, where all places are taken: `place` is one of `taken`, or null for one more. */
  ask(request: EnterRequest & { place: string | null }): Promise<Answer<Seat>> {
    return this.call("POST", "/api/ask", { body: request });
  }

  /** Whether it is this person who asks for their place in another browser. */
  answer(secret: string, yes: boolean): Promise<Answer<Seat>> {
    return this.call("POST", "/api/answer", { secret, body: { yes } });
  }

  /** Tells the requester that everything is to be deleted now; nothing is deleted by it. */
  askDeletion(secret: string): Promise<Answer<Seat>> {
    return this.call("POST", "/api/ask-deletion", { secret, body: {} });
  }

  seat(secret: string): Promise<Answer<Seat>> {
    return this.call("GET", "/api/seat", { secret });
  }

  beat(secret: string, visible: boolean): Promise<Answer<Seat>> {
    return this.call("POST", "/api/beat", { secret, body: { visible }, patience: SHORT_PATIENCE_MS });
  }

  ready(secret: string): Promise<Answer<Seat>> {
    return this.call("POST", "/api/ready", { secret, body: {} });
  }

  /** A way into the conference at the organisation's Jitsi Meet, for one join. */
  conference(secret: string): Promise<Answer<{ address: string; token: string }>> {
    return this.call("POST", "/api/conference", { secret, body: {} });
  }

  /** For now. Outlives the page. */
  away(secret: string): Promise<Answer<unknown>> {
    return this.call("POST", "/api/away", { secret, body: {}, keepalive: true });
  }

  /** For good. Outlives the page: may be the last thing it does. */
  leave(secret: string): Promise<Answer<unknown>> {
    return this.call("POST", "/api/leave", { secret, body: {}, keepalive: true });
  }

  private async call<T>(method: string, path: string, options: { secret?: string; body?: unknown; keepalive?: boolean; patience?: number } = {}): Promise<Answer<T>> {
    const headers: Record<string, string> = {};
    if (options.secret !== undefined) headers["Authorization"] = `Bearer ${options.secret}`;
    if (options.body !== undefined) headers["Content-Type"] = "application/json";
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), options.patience ?? PATIENCE_MS);
    try {
      const response = await this.fetch(path, {
        method,
        headers,
        cache: "no-store",
        credentials: "omit",
        signal: abort.signal,
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
        ...(options.keepalive !== undefined && { keepalive: options.keepalive }),
      });
      heardDate(response.headers.get("Date"));
      const value: unknown = await response.json();
      return response.ok ? { ok: true, value: value as T } : refusal(response.status, value);
    } catch {
      return refusal(0, null);
    } finally {
      clearTimeout(timer);
    }
  }
}

function refusal(status: number, body: unknown): Refusal {
  const said = (typeof body === "object" && body !== null ? body : {}) as {
    error?: unknown;
    opens_at?: unknown;
    retry_after?: unknown;
    taken?: unknown;
    more?: unknown;
  };
  return {
    ok: false,
    status,
    error: typeof said.error === "string" ? said.error : "",
    opensAt: typeof said.opens_at === "string" ? said.opens_at : null,
    retryAfter: typeof said.retry_after === "number" ? said.retry_after : null,
    taken: Array.isArray(said.taken) ? said.taken.filter((label) => typeof label === "string") : [],
    more: said.more === true,
  };
}
