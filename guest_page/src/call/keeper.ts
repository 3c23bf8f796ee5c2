/** Keeps the call of one stay: it begins with the session's start and ends with its end; a reload comes back into it. */
import type { Answer, Public, Seat } from "../api.ts";
import { load } from "../load.ts";
import type { CallWay } from "../session/conversation.ts";
import type { Conversation } from "../session/index.ts";
import type { CallTexts } from "../texts/call/index.ts";
import type { Conference } from "./conference.ts";
import type { WayIn } from "./conference_address.ts";
import type { Mesh } from "./mesh.ts";

const IN_CALL = "call";
const COMES_BACK_WITHIN_MS = 180_000;
/** So long a call goes on while the server says nothing: it may start anew, but may have ended the session too. */
const WITHOUT_SERVER_MS = 180_000;
const LOOK_MS = 10_000;

/** What a person has switched on before they join. */
export interface Choice {
  camera: boolean;
  microphone: boolean;
}

interface Remembered extends Choice {
  at: number;
}

export interface CallHost {
  calls: Public["calls"] | undefined;
  language: () => string;
  /** A way into the conference at Jitsi Meet, for one join. */
  enter: () => Promise<Answer<WayIn>>;
  ring: () => void;
  changed: () => void;
}

/** In the next moment this browser joins the call as soon as it can, with what was chosen and nothing else. */
export function joinSoon({ camera, microphone }: Choice): void {
  remember({ at: Date.now(), camera, microphone });
}

export class CallKeeper {
  mesh: Mesh | null = null;
  /** Instead of the mesh, where calls go by Jitsi Meet. */
  conference: Conference | null = null;
  /** Staff are in a call by Element, which this page cannot show. */
  elsewhere = false;
  texts: CallTexts | null = null;
  private readonly host: CallHost;
  /** What was fetched in vain. */
  private readonly unfetched = new Set<"call" | "texts">();
  private loading = false;
  private over = false;
  private language = "";
  private seat: Seat | null = null;
  /** As the page runs: the clock of the device may be set. */
  private heardAt = 0;
  private watching: number | undefined;

  constructor(host: CallHost) {
    this.host = host;
  }

  /** Called whenever the server or the room has said something new. */
  async follow(seat: Seat, conversation: Conversation | null): Promise<void> {
    if (this.host.calls === undefined || this.host.calls.provider === "none" || this.over) return;
    if (seat !== this.seat) [this.seat, this.heardAt] = [seat, performance.now()];
    void this.read();
    if (seat.status !== "in_session") {
      if (this.current !== null || this.loading) remember(null);
      this.end();
      return;
    }
    const way = conversation?.callWay ?? null;
    if (way === null) return;
    const here = new Set(conversation?.here ?? []);
    const { provider } = this.host.calls;
    if (provider === "element_call") this.elsewhere = conversation?.staffCalls === true;
    if (this.current !== null) return this.current.membersAre(here);
    if (provider === "jitsi") return this.begin(() => this.newConference(way));
    if (provider === "builtin") return this.begin(() => this.newMesh(way));
  }

  /** A part without which there is no call did not come; many a browser fetches it again only when the page is loaded anew. */
  get missing(): boolean {
    return (this.texts === null && this.unfetched.has("texts")) || (this.current === null && this.unfetched.has("call"));
  }

  /** The others learn it. */
  async leave(): Promise<void> {
    await this.current?.leave();
  }

  stop(): void {
    this.over = true;
    this.end();
  }

  /** The session may have ended while the call was being loaded: no camera opens by itself after that. */
  private get wanted(): boolean {
    return !this.over && this.seat?.status === "in_session";
  }

  private end(): void {
    window.clearInterval(this.watching);
    this.current?.stop();
    [this.mesh, this.conference, this.elsewhere] = [null, null, false];
  }

  private get current(): Mesh | Conference | null {
    return this.mesh ?? this.conference;
  }

  /** `make` fetches the part that it takes; nothing has begun when its answer is not wanted any more. */
  private async begin(make: () => Promise<() => Mesh | Conference>): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    try {
      const made = await make();
      this.unfetched.delete("call");
      if (!this.wanted || this.current !== null) return;
      const call = made();
      this.watching = window.setInterval(() => this.look(), LOOK_MS);
      this.comeBack(call);
    } catch {
      // The next word of the server tries again.
      this.unfetched.add("call");
    } finally {
      this.loading = false;
      this.host.changed();
    }
  }

  private async newMesh({ client, room, channel }: CallWay): Promise<() => Mesh> {
    const { Mesh: Loaded } = await load(() => import("./mesh.ts"));
    return () => (this.mesh = new Loaded({ client, room, channel, ...this.forCalls }));
  }

  private async newConference({ channel }: CallWay): Promise<() => Conference> {
    const { Conference: Loaded } = await load(() => import("./conference.ts"));
    return () => (this.conference = new Loaded({ channel, enter: this.host.enter, ...this.forCalls }));
  }

  private get forCalls(): { forceRelay: boolean; ring: () => void; changed: () => void } {
    const { ring, calls } = this.host;
    return { ring, forceRelay: calls?.force_relay !== false, changed: () => this.changed() };
  }

  /** A call never outlives its session, also for whoever cannot be told of the end. */
  private look(): void {
    if (performance.now() - this.heardAt > WITHOUT_SERVER_MS) void this.current?.leave();
  }

  /** What the call says, in the language that is read now; what cannot be fetched is tried again at the next word of the server. */
  private async read(): Promise<void> {
    const language = this.host.language();
    if (language === this.language) return;
    this.language = language;
    try {
      const { callTexts } = await load(() => import("../texts/call/index.ts"));
      const read = await callTexts(language);
      this.texts = read.texts;
      this.unfetched.delete("texts");
      if (read.language !== language) this.language = "";
    } catch {
      this.language = "";
      this.unfetched.add("texts");
    }
    this.host.changed();
  }

  private comeBack(call: Mesh | Conference): void {
    const before = remembered();
    if (before === null || Date.now() - before.at > COMES_BACK_WITHIN_MS) return;
    call.microphoneOn = before.microphone;
    call.cameraOn = before.camera;
    void call.join();
  }

  private changed(): void {
    const call = this.current;
    if (call?.joined === true) remember({ at: Date.now(), camera: call.cameraOn, microphone: call.microphoneOn });
    else if (call !== null && !call.joining) remember(null);
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
