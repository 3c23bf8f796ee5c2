/**
 * Browsers in one room and one process, with the real lines of the SDK between them. What is played: the room, the devices, and
 * `RTCPeerConnection`, which negotiates as the specification says (W3C WebRTC) and stands as soon as both descriptions are set.
 */
import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import { logger } from "matrix-js-sdk/lib/logger.js";
import { Mesh } from "../src/call/mesh.ts";
import { CALL_EVENT, type CallContent, type Said } from "../src/call/wire.ts";

// As in the page itself (`session/no_log.ts`); the type hides that it is one of loglevel's.
(logger as unknown as { disableAll: () => void }).disableAll();

export const ROOM = "!room:x";
export const BOT = "@bot:x";
const connections = new Map<string, Connection>();
let made = 0;

export class Track extends EventTarget {
  readonly id = `track${(made += 1)}`;
  readonly kind: "audio" | "video";
  enabled = true;
  readyState: "live" | "ended" = "live";

  constructor(kind: "audio" | "video") {
    super();
    this.kind = kind;
  }

  stop(): void {
    this.readyState = "ended";
  }

  /** As when a telephone call takes it. */
  endByItself(): void {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }

  getSettings(): MediaTrackSettings {
    return {};
  }
}

class Stream extends EventTarget {
  readonly id = `stream${(made += 1)}`;
  private tracks: Track[];

  constructor(tracks: Track[] = []) {
    super();
    this.tracks = [...tracks];
  }

  getTracks(): Track[] {
    return this.tracks;
  }

  getAudioTracks(): Track[] {
    return this.tracks.filter(({ kind }) => kind === "audio");
  }

  getVideoTracks(): Track[] {
    return this.tracks.filter(({ kind }) => kind === "video");
  }

  addTrack(track: Track): void {
    this.tracks.push(track);
  }

  removeTrack(track: Track): void {
    this.tracks = this.tracks.filter((each) => each !== track);
  }
}

class Transceiver {
  readonly sender: { track: Track | null; replaceTrack: (track: Track | null) => Promise<void>; getParameters: () => object; setParameters: () => Promise<void> };
  readonly receiver: { track: Track };
  private way: RTCRtpTransceiverDirection;
  private readonly changed: () => void;

  constructor(kind: "audio" | "video", track: Track | null, way: RTCRtpTransceiverDirection, changed: () => void) {
    this.receiver = { track: new Track(kind) };
    this.way = way;
    this.changed = changed;
    const sender = { track, replaceTrack: (other: Track | null) => Promise.resolve(void (sender.track = other)), getParameters: () => ({}), setParameters: () => Promise.resolve() };
    this.sender = sender;
  }

  get direction(): RTCRtpTransceiverDirection {
    return this.way;
  }

  set direction(way: RTCRtpTransceiverDirection) {
    this.way = way;
    this.changed();
  }
}

class Connection extends EventTarget {
  readonly id = `${(made += 1)}`;
  iceConnectionState = "new";
  readonly iceGatheringState = "complete";
  signalingState = "stable";
  localDescription: { type: string; sdp: string; toJSON: () => object } | null = null;
  remote: Connection | null = null;
  private readonly all: Transceiver[] = [];
  private asked = false;

  constructor() {
    super();
    connections.set(this.id, this);
  }

  get connectionState(): string {
    return this.iceConnectionState;
  }

  getTransceivers = (): Transceiver[] => this.all;
  getSenders = (): Transceiver["sender"][] => this.all.map(({ sender }) => sender);
  getStats = (): Promise<Map<string, object>> => Promise.resolve(new Map());
  addIceCandidate = (): Promise<void> => Promise.resolve();

  addTrack(track: Track): Transceiver["sender"] {
    const free = this.all.find(({ sender, receiver }) => sender.track === null && receiver.track.kind === track.kind);
    if (free !== undefined) {
      free.sender.track = track;
      if (free.direction === "recvonly") free.direction = "sendrecv";
      return free.sender;
    }
    return this.add(track.kind, track, "sendrecv").sender;
  }

  addTransceiver(kind: "audio" | "video", { direction }: { direction: RTCRtpTransceiverDirection }): Transceiver {
    return this.add(kind, null, direction);
  }

  createOffer = (): Promise<{ type: string; sdp: string }> => Promise.resolve({ type: "offer", sdp: this.described() });
  createAnswer = (): Promise<{ type: string; sdp: string }> => Promise.resolve({ type: "answer", sdp: this.described() });

  async setLocalDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    this.localDescription = { type, sdp, toJSON: () => ({ type, sdp }) };
    this.moveTo(type === "offer" ? "have-local-offer" : "stable");
  }

  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    this.remote = connections.get(/o=- (\d+)/u.exec(sdp)?.[1] ?? "") ?? null;
    for (const [, kind, way] of sdp.matchAll(/m=(audio|video)[^]*?a=(sendrecv|sendonly|recvonly|inactive)/gu)) {
      const known = this.all.find(({ receiver }) => receiver.track.kind === kind) ?? this.add(kind as "audio" | "video", null, "recvonly", true);
      if (way?.startsWith("send") === true) this.dispatchEvent(Object.assign(new Event("track"), { track: known.receiver.track, streams: [] }));
    }
    this.moveTo(type === "offer" ? "have-remote-offer" : "stable");
  }

  close(): void {
    this.signalingState = "closed";
    this.breaks("closed");
  }

  /** The line to the other side is gone, or stands. */
  breaks(state: string): void {
    if (this.iceConnectionState === state) return;
    this.iceConnectionState = state;
    this.dispatchEvent(new Event("iceconnectionstatechange"));
  }

  private add(kind: "audio" | "video", track: Track | null, way: RTCRtpTransceiverDirection, quietly = false): Transceiver {
    const made = new Transceiver(kind, track, way, () => this.negotiate());
    this.all.push(made);
    if (!quietly) this.negotiate();
    return made;
  }

  private negotiate(): void {
    if (this.asked || this.signalingState === "have-remote-offer") return;
    this.asked = true;
    queueMicrotask(() => {
      this.asked = false;
      if (this.signalingState === "stable") this.dispatchEvent(new Event("negotiationneeded"));
    });
  }

  private described(): string {
    const parts = this.all.map(({ receiver, direction }, index) => `m=${receiver.track.kind} 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:${index}\r\na=${direction}\r\na=rtpmap:111 opus/48000/2\r\n`);
    return `v=0\r\no=- ${this.id} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n${parts.join("")}`;
  }

  private moveTo(state: string): void {
    this.signalingState = state;
    this.dispatchEvent(new Event("signalingstatechange"));
    for (const side of [this, this.remote]) {
      if (side?.remote === null || side?.signalingState !== "stable" || side.remote.signalingState !== "stable" || side.remote.remote !== side) continue;
      side.breaks("connected");
    }
  }
}

/** The room of the session: what is said reaches everybody who is there by then. */
export class Room {
  readonly browsers: Browser[] = [];

  enter(user: string): Browser {
    const browser = new Browser(this, user);
    this.browsers.push(browser);
    return browser;
  }

  say(sender: string, content: Record<string, unknown>, type = CALL_EVENT): void {
    const said: Said = { id: crypto.randomUUID(), sender, type, content: JSON.parse(JSON.stringify(content)) as Record<string, unknown>, age: 0 };
    for (const { user, hear } of [...this.browsers]) if (user !== sender) queueMicrotask(() => hear(said));
  }
}

export class Browser {
  readonly user: string;
  readonly mesh: Mesh;
  readonly said: CallContent[] = [];
  /** Everything that `getUserMedia` has opened. */
  readonly opened: Track[] = [];
  /** What it does not give; a question waits for `permission`. */
  refused = new Set<"audio" | "video">();
  permission: Promise<void> = Promise.resolve();
  questions = 0;
  rung = 0;
  /** Words that match are not taken by the homeserver, as often as this says. */
  lost: { what: (content: CallContent) => boolean; times: number } = { what: () => false, times: 0 };
  /** Until then it takes no word. */
  slow: Promise<void> = Promise.resolve();
  relays = 1;
  relayFails = 0;
  hear: (said: Said) => void = () => undefined;

  constructor(room: Room, user: string) {
    this.user = user;
    const channel = {
      user,
      bot: BOT,
      send: async (content: CallContent): Promise<void> => {
        await this.slow;
        if (this.lost.times > 0 && this.lost.what(content)) {
          this.lost.times -= 1;
          throw new Error("not taken");
        }
        this.said.push(content);
        room.say(user, content);
      },
      listen: (hear: (said: Said) => void) => {
        this.hear = hear;
        return () => (this.hear = () => undefined);
      },
      recent: () => [],
    };
    const client = {
      getRoom: () => ({ getMember: () => null }),
      getCrypto: () => undefined,
      getUserId: () => user,
      deviceId: "DEVICE",
      getDeviceId: () => "DEVICE",
      turnServer: async () => {
        if (this.relayFails > 0) throw (this.relayFails -= 1, new Error("not now"));
        return this.relays === 0 ? {} : { uris: ["turn:relay.example"], username: "1:u", password: "word", ttl: 3600 };
      },
    };
    const parts = { channel, client: client as unknown as MatrixClient, room: ROOM, forceRelay: true, changed: () => undefined, ring: () => this.rung++ };
    this.mesh = new Mesh(parts, { devices: { getUserMedia: (wanted: MediaStreamConstraints) => this.give(wanted) } as MediaDevices, now: () => performance.now(), chance: () => 0 });
  }

  get live(): string[] {
    return this.opened.filter(({ readyState }) => readyState === "live").map(({ kind }) => kind);
  }

  /** The users to whom a line stands. */
  get connected(): string[] {
    return this.mesh.others.filter(({ connected }) => connected).map(({ user }) => user).sort();
  }

  private async give(wanted: MediaStreamConstraints): Promise<MediaStream> {
    this.questions += 1;
    await this.permission;
    const kinds = (["audio", "video"] as const).filter((kind) => wanted[kind] !== undefined);
    if (kinds.some((kind) => this.refused.has(kind))) throw new DOMException("", "NotAllowedError");
    const tracks = kinds.map((kind) => new Track(kind));
    this.opened.push(...tracks);
    return new Stream(tracks) as unknown as MediaStream;
  }
}

/** The SDK measures how loud a stream is, which nobody here hears. */
class Sound {
  readonly state = "running";
  createAnalyser = (): object => ({ frequencyBinCount: 1, disconnect: () => undefined, getFloatFrequencyData: () => undefined });
  createMediaStreamSource = (): object => ({ connect: () => undefined });
  close = (): Promise<void> => Promise.resolve();
}

/** What the mesh and the SDK look for in a browser. */
export function setStage(): void {
  const window = Object.assign(new EventTarget(), {
    RTCPeerConnection: Connection,
    setInterval: (...args: Parameters<typeof setInterval>) => setInterval(...args).unref(),
    clearInterval,
    setTimeout: (...args: Parameters<typeof setTimeout>) => setTimeout(...args),
    clearTimeout,
  });
  Object.assign(globalThis, { window, document: new EventTarget(), MediaStream: Stream, RTCRtpReceiver: {}, RTCRtpSender: {}, RTCPeerConnection: Connection, AudioContext: Sound });
}

/** Resolves as soon as it holds; fails after some seconds. */
export async function until(what: string, holds: () => boolean, patienceMs = 8_000): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
