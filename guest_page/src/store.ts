/** What the page keeps in the browser: one seat and the messages not sent yet. Wiped as a whole. */
import type { EncryptedFile } from "./files/encrypted_file.ts";
import type { Described } from "./files/shared_file.ts";

const SEAT = "seat";
const OUTBOX = "outbox";

export interface SavedSeat {
  /** 32 random bytes, base64url: the session secret. */
  secret: string;
  name: string;
  language: string;
  /** Which link it came from, see `linkDigest`. */
  link: string;
  /** The server has said yes to it. */
  entered: boolean;
  /** Device keys and cross-signing are on the homeserver. */
  keys: boolean;
  /** Where the keys live: a reload survives only on `disk`. */
  crypto: "disk" | "memory" | null;
  /** The person pressed Leave and has not come back. */
  left: boolean;
}

export interface Unsent {
  /** Matrix transaction id: the same at every try, so that no message arrives twice. */
  txn: string;
  text: string;
  /** Milliseconds since 1970, this device's clock. */
  at: number;
  /** A file instead of a text. Its ciphertext waits elsewhere (`Ciphertexts`) until `source.url` says where it was uploaded. */
  file?: Described & { source: EncryptedFile };
}

export type KeyValue = Pick<Storage, "getItem" | "setItem" | "removeItem" | "clear">;

class InMemory implements KeyValue {
  private readonly values = new Map<string, string>();
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }
  removeItem(key: string): void {
    this.values.delete(key);
  }
  clear(): void {
    this.values.clear();
  }
}

export class Store {
  private readonly storage: KeyValue;
  /** What the browser would not keep: full, or refused. It lasts as long as the page, so that nothing written is lost meanwhile. */
  private readonly unkept = new InMemory();
  private closed = false;

  constructor(storage: KeyValue) {
    this.storage = storage;
  }

  get seat(): SavedSeat | null {
    return this.read<SavedSeat>(SEAT);
  }

  set seat(seat: SavedSeat) {
    this.write(SEAT, seat);
  }

  /** Changes part of the seat; does nothing when there is none (it may have been wiped meanwhile). */
  update(part: Partial<SavedSeat>): void {
    const seat = this.seat;
    if (seat !== null) this.write(SEAT, { ...seat, ...part });
  }

  get outbox(): Unsent[] {
    return this.read<Unsent[]>(OUTBOX) ?? [];
  }

  set outbox(unsent: Unsent[]) {
    if (unsent.length > 0) this.write(OUTBOX, unsent);
    else for (const place of [this.unkept, this.storage]) place.removeItem(OUTBOX);
  }

  clear(): void {
    this.unkept.clear();
    this.storage.clear();
  }

  /** Cleared for good: what is still under way then, and comes late, is not kept. */
  close(): void {
    this.closed = true;
    this.clear();
  }

  private read<T>(key: string): T | null {
    try {
      return JSON.parse(this.unkept.getItem(key) ?? this.storage.getItem(key) ?? "null") as T | null;
    } catch {
      return null;
    }
  }

  private write(key: string, value: unknown): void {
    if (this.closed) return;
    const written = JSON.stringify(value);
    try {
      this.storage.setItem(key, written);
      this.unkept.removeItem(key);
    } catch {
      this.unkept.setItem(key, written);
    }
  }
}

/** The browser's own storage, or one that lasts as long as the page where the browser refuses. */
export function browserStorage(): KeyValue {
  try {
    const storage = globalThis.localStorage;
    storage.setItem("probe", "1");
    storage.removeItem("probe");
    return storage;
  } catch {
    return new InMemory();
  }
}

export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
