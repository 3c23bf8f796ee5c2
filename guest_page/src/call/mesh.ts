/** One person's part in the call of a session: who else is in it, the lines to them, microphone and camera. */
import { Leg, type Lines } from "./leg.ts";
import { LocalMedia, type Trouble } from "./local_media.ts";
import { Line, limitsFor, MOST_PEOPLE, pictureBetween } from "./quality.ts";
import { Ringer } from "./ringer.ts";
import { calls, type Participant, Roster } from "./roster.ts";
import { TurnServers } from "./turn_servers.ts";
import { type CallContent, type Channel, HERE_EVERY_MS, readContent, RING_EVENT, type Said } from "./wire.ts";

const LISTEN_EVERY_MS = 1_000;
const SAMPLE_EVERY = 4;
const LOUD = 0.02;
const RENEW_EVERY_MS = 30_000;

export type Problem = "no_relay" | "full" | "no_network" | null;
/** Why the picture went, if it did not go by this person's own choice. */
export type PictureGone = "poor" | "many" | null;

export interface Tile extends Participant {
  stream: MediaStream | null;
  connected: boolean;
  speaking: boolean;
}

export interface Parts {
  channel: Channel;
  client: Lines["client"];
  room: string;
  forceRelay: boolean;
  changed: () => void;
  /** Somebody calls: to be heard until it stops. */
  ring: () => void;
}

export class Mesh {
  readonly media: LocalMedia;
  joined = false;
  joining = false;
  microphoneOn = true;
  cameraOn = false;
  /** Less of everything, by this person's choice. */
  poorMode = false;
  speaking = false;
  problem: Problem = null;
  pictureGone: PictureGone = null;
  microphoneTrouble: Trouble | null = null;
  cameraTrouble: Trouble | null = null;
  private readonly parts: Parts;
  private readonly roster = new Roster();
  private readonly ringer: Ringer;
  private readonly turn: TurnServers;
  private readonly legs = new Map<string, Leg>();
  private readonly loud = new Map<string, boolean>();
  private readonly early = new Map<string, Said[]>();
  private readonly stopListening: () => void;
  private line = new Line();
  private lines: Lines | null = null;
  private party = "";
  private timers: number[] = [];

  constructor(parts: Parts, devices: MediaDevices | undefined = navigator.mediaDevices) {
    this.parts = parts;
    this.media = new LocalMedia(devices);
    this.ringer = new Ringer(parts.ring, parts.changed);
    this.turn = new TurnServers(parts.client);
    this.makeReady();
    for (const said of parts.channel.recent()) if (said.age < HERE_EVERY_MS * 2.5) this.hear(said, false);
    this.stopListening = parts.channel.listen((said) => this.hear(said, true));
    window.addEventListener("online", this.restart);
    window.addEventListener("pagehide", this.leaveQuickly);
    (navigator as { connection?: EventTarget }).connection?.addEventListener("change", this.restart);
    this.timers.push(window.setInterval(() => this.expire(), HERE_EVERY_MS / 4));
  }

  /** Everybody else in the call. */
  get others(): Tile[] {
    return this.roster.all.map((each) => {
      const leg = this.legs.get(each.party);
      return { ...each, video: each.video && this.seen(each), stream: leg?.stream ?? null, connected: leg?.connected === true, speaking: this.loud.get(each.party) === true };
    });
  }

  /** Sound alone where there are too many for pictures. */
  get pictureAllowed(): boolean {
    return pictureBetween(this.people, this.poorMode);
  }

  /** From within a click, so that browsers let it sound. */
  async join(): Promise<void> {
    if (this.joined || this.joining) return;
    this.joining = true;
    this.problem = null;
    this.ringer.stop();
    this.parts.changed();
    try {
      await this.enter();
    } catch {
      this.problem = "no_network";
      this.out();
    }
    this.joining = false;
    this.parts.changed();
  }

  async leave(): Promise<void> {
    if (!this.joined) return;
    const { party } = this;
    this.out();
    this.parts.changed();
    await this.parts.channel.send({ kind: "gone", party }).catch(() => undefined);
  }

  /** For good: the session is over, or the page goes. */
  stop(): void {
    this.out();
    this.ringer.stop();
    this.stopListening();
    window.removeEventListener("online", this.restart);
    window.removeEventListener("pagehide", this.leaveQuickly);
    (navigator as { connection?: EventTarget }).connection?.removeEventListener("change", this.restart);
    for (const timer of this.timers) window.clearInterval(timer);
    this.timers = [];
  }

  setMicrophone(on: boolean): void {
    this.microphoneOn = on;
    if (this.media.microphone !== null) this.media.microphone.enabled = on;
    this.parts.changed();
  }

  async setCamera(on: boolean): Promise<void> {
    if (on && !this.pictureAllowed) return;
    this.cameraOn = on;
    this.pictureGone = null;
    this.line.forget();
    if (this.joined) {
      if (on && this.media.camera === null) this.cameraTrouble = await this.media.openCamera();
      if (!on) this.media.closeCamera();
      this.cameraOn = this.media.camera !== null;
      await this.mediaChanged();
    }
    this.parts.changed();
  }

  async turnCamera(): Promise<void> {
    this.cameraTrouble = await this.media.turnCamera();
    this.cameraOn = this.media.camera !== null;
    await this.mediaChanged();
  }

  /** Said to the others too, who then send less to here. */
  async setPoorMode(on: boolean): Promise<void> {
    this.poorMode = on;
    this.line.forget();
    this.fit();
    if (this.cameraOn && !this.pictureAllowed) return this.pictureMustGo("poor");
    this.parts.changed();
    await this.sayHere().catch(() => undefined);
  }

  get ringing(): boolean {
    return this.ringer.rings;
  }

  dismissRing(): void {
    this.ringer.stop();
  }

  /** Who is in the session's room now; anybody else is no longer in the call. */
  membersAre(users: ReadonlySet<string>): void {
    if (this.roster.only(users)) this.tidy();
  }

  /** In the call, this person among them. */
  private get people(): number {
    return this.roster.all.length + 1;
  }

  private seen({ poor }: Participant): boolean {
    return pictureBetween(this.people, poor || this.poorMode);
  }

  /** What goes over each line, by who is there now. */
  private fit(): void {
    for (const each of this.roster.all) this.legs.get(each.party)?.limit(limitsFor(this.people, each.poor || this.poorMode));
  }

  private async enter(): Promise<void> {
    if (this.roster.all.length >= MOST_PEOPLE) return this.refuse("full");
    const [servers] = await Promise.all([this.turn.fresh(), this.openMedia()]);
    if (servers.length === 0 && this.parts.forceRelay) return this.refuse("no_relay");
    const { client, room, forceRelay } = this.parts;
    this.lines = { client, room, forceRelay, turn: this.turn, media: this.media };
    this.party = randomId();
    this.joined = true;
    const said = this.sayHere();
    for (const each of this.roster.all) this.connect(each);
    await said;
    this.timers.push(window.setInterval(() => void this.sayHere().catch(() => undefined), HERE_EVERY_MS));
    this.timers.push(window.setInterval(() => void this.turn.fresh().catch(() => undefined), RENEW_EVERY_MS));
    let beat = 0;
    this.timers.push(window.setInterval(() => void this.listenToAll(++beat % SAMPLE_EVERY === 0), LISTEN_EVERY_MS));
  }

  /** What takes its time on a slow line, before anybody presses the button: the relay's password, and the others' keys. */
  private makeReady(): void {
    void this.turn.fresh().catch(() => undefined);
    const room = this.parts.client.getRoom(this.parts.room);
    if (room !== null) this.parts.client.getCrypto()?.prepareToEncrypt(room);
  }

  private refuse(problem: Problem): void {
    this.problem = problem;
    this.media.close();
  }

  private async openMedia(): Promise<void> {
    if (!this.pictureAllowed && this.cameraOn) [this.cameraOn, this.pictureGone] = [false, "many"];
    const trouble = await this.media.open(this.cameraOn);
    this.microphoneTrouble = trouble.microphone;
    this.cameraTrouble = trouble.camera;
    this.cameraOn = this.media.camera !== null;
    if (this.media.microphone !== null) this.media.microphone.enabled = this.microphoneOn;
  }

  private out(): void {
    this.joined = false;
    for (const leg of this.legs.values()) leg.end(true);
    this.legs.clear();
    this.loud.clear();
    this.media.close();
    this.cameraOn = false;
    this.pictureGone = null;
    const [expiring, ...ours] = this.timers;
    for (const timer of ours) window.clearInterval(timer);
    this.timers = expiring === undefined ? [] : [expiring];
  }

  private hear(said: Said, live: boolean): void {
    const { sender, type } = said;
    if (type === RING_EVENT) {
      if (live && sender === this.parts.channel.bot) this.startRinging();
      return;
    }
    const content = readContent(said.content);
    if (content === null) return;
    switch (content.kind) {
      case "here":
        return this.heardHere(sender, content, performance.now() - (live ? 0 : said.age), live);
      case "gone":
        if (this.roster.gone(sender, content.party)) this.tidy();
        return;
      case "signal":
        if (live && this.joined && content.to === this.party) void this.heardSignal(said, content.from, content.event, content.content);
    }
  }

  private heardHere(user: string, here: CallContent & { kind: "here" }, now: number, live: boolean): void {
    const { party } = here;
    const empty = this.roster.all.length === 0;
    const came = this.roster.here(user, party, here, now);
    if (came) this.tidy();
    if (came && live && empty && !this.joined) this.startRinging();
    const there = this.roster.of(user);
    if (this.joined && there !== undefined) {
      // Whoever came late cannot read what was said before: they learn from the call, or from this word, that we are here.
      if (came && live && !calls(this.party, party)) void this.sayHere().catch(() => undefined);
      this.connect(there);
      if (!this.pictureAllowed && this.cameraOn) void this.pictureMustGo(pictureBetween(this.people, false) ? "poor" : "many");
    }
    this.fit();
    this.parts.changed();
  }

  /** Of two who meet one calls, and the other waits for it. */
  private connect({ user, party }: Participant): void {
    if (!this.joined || this.lines === null || this.legs.has(party) || !calls(this.party, party)) return;
    const leg = this.legTo(user, party);
    leg.ring().catch(() => this.lost(party, leg));
  }

  private async heardSignal(said: Said, from: string, event: string, content: Record<string, unknown>): Promise<void> {
    const { sender } = said;
    const callId = content["call_id"];
    if (typeof callId !== "string" || this.lines === null) return;
    if (event === "m.call.invite") {
      const { video = false, poor = false } = this.roster.of(sender) ?? {};
      if (this.roster.here(sender, from, { video, poor }, performance.now())) this.tidy();
      this.legs.get(from)?.end(true);
      const leg = this.legTo(sender, from, callId);
      await leg.answer(content).catch(() => leg.end(false));
      for (const waited of this.early.get(callId) ?? []) this.hear(waited, true);
      this.early.delete(callId);
      return this.parts.changed();
    }
    if (this.roster.of(sender)?.party !== from) return;
    const leg = this.legs.get(from);
    if (leg?.id === callId) await leg.hear(event, content).catch(() => undefined);
    else if (event === "m.call.candidates") this.early.set(callId, [...(this.early.get(callId) ?? []), said].slice(-20));
  }

  private legTo(user: string, party: string, callId?: string): Leg {
    const { lines } = this;
    if (lines === null) throw new Error("not in the call");
    const leg: Leg = new Leg(
      {
        lines,
        peer: user,
        send: (event, content) => this.parts.channel.send({ kind: "signal", from: this.party, to: party, event, content }),
        changed: this.parts.changed,
        ended: () => this.lost(party, leg),
      },
      callId,
    );
    this.legs.set(party, leg);
    this.fit();
    return leg;
  }

  /** A line broke. If both are still there, the next word of either makes a new one. */
  private lost(party: string, leg: Leg): void {
    if (this.legs.get(party) !== leg) return;
    this.legs.delete(party);
    this.loud.delete(party);
    this.parts.changed();
    if (!this.joined) return;
    window.setTimeout(() => {
      const there = this.roster.all.find((each) => each.party === party);
      if (!this.joined || there === undefined || this.legs.has(party)) return;
      if (calls(this.party, party)) this.connect(there);
      else void this.sayHere().catch(() => undefined);
    }, 2_000);
  }

  private tidy(): void {
    const there = new Set(this.roster.all.map(({ party }) => party));
    for (const [party, leg] of this.legs) {
      if (there.has(party)) continue;
      this.legs.delete(party);
      this.loud.delete(party);
      leg.end(true);
    }
    if (there.size === 0) this.ringer.stop();
    this.fit();
    this.parts.changed();
  }

  private async mediaChanged(): Promise<void> {
    await Promise.all([...this.legs.values()].map((leg) => leg.refresh().catch(() => undefined)));
    await this.sayHere().catch(() => undefined);
    this.parts.changed();
  }

  private sayHere(): Promise<void> {
    return this.parts.channel.send({ kind: "here", party: this.party, video: this.media.camera !== null, poor: this.poorMode });
  }

  private async listenToAll(sampling: boolean): Promise<void> {
    let [mine, worst, lost] = [0, null as number | null, 0];
    for (const [party, leg] of this.legs) {
      const heard = await leg.listen();
      this.loud.set(party, heard.theirs > LOUD);
      mine = Math.max(mine, heard.mine);
      if (heard.line.outgoing !== null) worst = Math.min(worst ?? Infinity, heard.line.outgoing);
      lost = Math.max(lost, heard.line.lost);
    }
    this.speaking = this.microphoneOn && mine > LOUD;
    if (sampling && this.cameraOn && this.legs.size > 0 && this.line.sample({ outgoing: worst, lost }, this.poorMode)) await this.pictureMustGo("poor");
    this.parts.changed();
  }

  private async pictureMustGo(why: "poor" | "many"): Promise<void> {
    await this.setCamera(false);
    this.pictureGone = why;
    this.parts.changed();
  }

  private expire(): void {
    if (this.roster.expire(performance.now(), (party) => this.legs.get(party)?.connected === true)) this.tidy();
  }

  private startRinging(): void {
    if (!this.joined && !this.joining) this.ringer.start();
  }

  private readonly restart = (): void => {
    if (!this.joined) return;
    const all = (): void => [...this.legs.values()].forEach((leg) => leg.restart());
    void this.turn.renew().then(all, all);
  };

  private readonly leaveQuickly = (): void => {
    if (this.joined) void this.parts.channel.send({ kind: "gone", party: this.party }).catch(() => undefined);
  };
}

function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
