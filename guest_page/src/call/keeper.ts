/** Keeps the call of one stay: it begins with the session's start and ends with its end; a reload comes back into it. */
import type { Public, Seat } from "../api.ts";
import type { Conversation } from "../session/index.ts";
import type { CallTexts } from "../texts/call/index.ts";
import type { Mesh } from "./mesh.ts";

const IN_CALL = "call";
const COMES_BACK_WITHIN_MS = 180_000;
/** So long a call goes on while the server says nothing: it may start anew, but may have ended the session too. */
const WITHOUT_SERVER_MS = 180_000;
const LOOK_MS = 10_000;

interface Remembered {
  at: number;
  camera: boolean;
  microphone: boolean;
}

export interface CallHost {
  calls: Public["calls"] | undefined;
  language: () => string;
  ring: () => void;
  changed: () => void;
}

/** In the next moment this browser joins the call as soon as it can. */
export function joinSoon(): void {
  remember({ at: Date.now(), camera: true, microphone: true });
}

export class CallKeeper {
  mesh: Mesh | null = null;
  texts: CallTexts | null = null;
  private readonly host: CallHost;
  private loading = false;
  private over = false;
  private language = "";
  private seat: Seat | null = null;
  private heardAt = 0;
  private watching: number | undefined;

  constructor(host: CallHost) {
    this.host = host;
  }

  /** Called whenever the server or the room has said something new. */
  async follow(seat: Seat, conversation: Conversation | null): Promise<void> {
    if (this.host.calls === undefined || this.host.calls.provider === "none" || this.over) return;
    if (seat !== this.seat) [this.seat, this.heardAt] = [seat, Date.now()];
    void this.read();
    if (seat.status !== "in_session") {
      if (this.mesh !== null) remember(null);
      this.end();
      return;
    }
    const way = conversation?.callWay ?? null;
    if (way === null || this.host.calls.provider !== "builtin") return;
    if (this.mesh !== null) return this.mesh.membersAre(new Set(conversation?.here ?? []));
    if (this.loading) return;
    this.loading = true;
    try {
      const { Mesh: Loaded } = await import("./mesh.ts");
      if (this.over || this.mesh !== null) return;
      const { client, room, channel } = way;
      const { ring, calls } = this.host;
      this.mesh = new Loaded({ client, room, channel, forceRelay: calls.force_relay, ring, changed: () => this.changed() });
      this.watching = window.setInterval(() => this.look(), LOOK_MS);
      this.comeBack(this.mesh);
      this.host.changed();
    } catch {
      // Not loaded now: the next word of the server tries again.
    } finally {
      this.loading = false;
    }
  }

  stop(): void {
    this.over = true;
    this.end();
  }

  private end(): void {
    window.clearInterval(this.watching);
    this.mesh?.stop();
    this.mesh = null;
  }

  /** A call never outlives its session, also for whoever cannot be told of the end. */
  private look(): void {
    if (Date.now() - this.heardAt > WITHOUT_SERVER_MS) void this.mesh?.leave();
  }

  /** What the call says, in the language that is read now. */
  private async read(): Promise<void> {
    const language = this.host.language();
    if (language === this.language) return;
    this.language = language;
    const { callTexts } = await import("../texts/call/index.ts");
    this.texts = await callTexts(language);
    this.host.changed();
  }

  private comeBack(mesh: Mesh): void {
    const before = remembered();
    if (before === null || Date.now() - before.at > COMES_BACK_WITHIN_MS) return;
    mesh.microphoneOn = before.microphone;
    mesh.cameraOn = before.camera;
    void mesh.join();
  }

  private changed(): void {
    const { mesh } = this;
    if (mesh?.joined === true) remember({ at: Date.now(), camera: mesh.cameraOn, microphone: mesh.microphoneOn });
    else if (mesh !== null && !mesh.joining) remember(null);
    this.host.changed();
  }
}

function remember(state: Remembered | null): void {
  try {
    if (state === null) sessionStorage.removeItem(IN_CALL);
    else sessionStorage.setItem(IN_CALL, JSON.stringify(state));
  } catch {
    // Storage refused: after a reload one presses the button again.
  }
}

function remembered(): Remembered | null {
  try {
    return JSON.parse(sessionStorage.getItem(IN_CALL) ?? "null") as Remembered | null;
  } catch {
    return null;
  }
}
