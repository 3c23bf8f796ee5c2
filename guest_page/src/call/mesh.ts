/** One person's part in the call of a session: who else is in it, the lines to them, microphone and camera. */
import type { Lines } from "./leg.ts";
import { Legs } from "./legs.ts";
import { LocalMedia, type Opening, type Trouble } from "./local_media.ts";
import { Line, limitsFor, MOST_PEOPLE, pictureBetween } from "./quality.ts";
import { Ringer } from "./ringer.ts";
import { calls, type Participant, Roster } from "./roster.ts";
import { TurnServers } from "./turn_servers.ts";
import { Welcome } from "./welcome.ts";
import { type CallContent, type Channel, GONE_AFTER_MS, HERE_EVERY_MS, readContent, RING_EVENT, type Said } from "./wire.ts";

const LISTEN_EVERY_MS = 1_000;
const SAMPLE_EVERY = 4;
const RENEW_EVERY_MS = 30_000;
/** Whoever comes into the room is told who is in the call, by each of those a little apart. */
const TELL_WITHIN_MS = 2_000;

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

/** What the browser gives: its devices, milliseconds of a clock that nobody sets, and chance from 0 to 1. */
export interface Browser {
  devices: MediaDevices | undefined;
  now: () => number;
  chance: () => number;
}

const THIS_BROWSER: Browser = { devices: globalThis.navigator?.mediaDevices, now: () => performance.now(), chance: Math.random };

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
  private readonly browser: Browser;
  private readonly roster = new Roster();
  private readonly ringer: Ringer;
  private readonly turn: TurnServers;
  private readonly stopListening: () => void;
  private readonly expiring: number;
  private readonly welcome: Welcome;
  private legs: Legs | null = null;
  private line = new Line();
  private party = "";
  private since = 0;
  private timers: number[] = [];
  /** Counts joins and ends: what an earlier one still waits for is not wanted any more. */
  private attempt = 0;
  private over = false;

  constructor(parts: Parts, browser: Browser = THIS_BROWSER) {
    this.parts = parts;
    this.browser = browser;
    this.media = new LocalMedia(browser.devices);
    this.media.ended = (kind) => void (kind === "camera" ? this.setCamera(this.cameraOn) : this.setMicrophone(this.microphoneOn));
    this.ringer = new Ringer(parts.ring, parts.changed);
    this.turn = new TurnServers(parts.client);
    this.welcome = new Welcome(
      () => void this.sayHere().catch(() => undefined),
      () => browser.chance() * TELL_WITHIN_MS,
    );
    this.makeReady();
    for (const said of parts.channel.recent()) if (said.age < GONE_AFTER_MS) this.hear(said, false);
    this.stopListening = parts.channel.listen((said) => this.hear(said, true));
    window.addEventListener("online", this.restart);
    window.addEventListener("pagehide", this.leaveQuickly);
    (navigator as { connection?: EventTarget }).connection?.addEventListener("change", this.restart);
    this.expiring = window.setInterval(() => this.expire(), HERE_EVERY_MS / 4);
  }

  /** Everybody else in the call. */
  get others(): Tile[] {
    const { legs } = this;
    return this.roster.all.map((each) => ({
      ...each,
      video: each.video && this.seen(each),
      stream: legs?.stream(each.party) ?? null,
      connected: legs?.connected(each.party) === true,
      speaking: legs?.speaks(each.party) === true,
    }));
  }

  /** Sound alone where there are too many for pictures. */
  get pictureAllowed(): boolean {
    return pictureBetween(this.people, this.poorMode);
  }

  /** From within a click, so that browsers let it sound. */
  async join(): Promise<void> {
    if (this.joined || this.joining || this.over) return;
    const attempt = (this.attempt += 1);
    const wanted = (): boolean => this.attempt === attempt;
    [this.joining, this.problem] = [true, null];
    this.ringer.stop();
    this.parts.changed();
    try {
      await this.enter(wanted);
    } catch {
      if (wanted()) this.refuse("no_network");
    }
    if (wanted()) this.joining = false;
    this.parts.changed();
  }

  /** Also of a call that one is only on the way into. */
  async leave(): Promise<void> {
    if (!this.joined && !this.joining) return;
    const { party, joined } = this;
    this.out();
    this.parts.changed();
    if (joined) await this.parts.channel.send({ kind: "gone", party }).catch(() => undefined);
  }

  /** For good: the session is over, or the page goes. */
  stop(): void {
    this.over = true;
    this.out();
    this.ringer.stop();
    this.stopListening();
    window.removeEventListener("online", this.restart);
    window.removeEventListener("pagehide", this.leaveQuickly);
    (navigator as { connection?: EventTarget }).connection?.removeEventListener("change", this.restart);
    window.clearInterval(this.expiring);
  }

  /** One that could not be opened before is asked for anew. */
  async setMicrophone(on: boolean): Promise<void> {
    this.microphoneOn = on;
    if (on && this.joined && this.media.microphone === null) {
      const opening = await this.media.openMicrophone();
      if (opening === "given_up" || !this.joined) return;
      this.microphoneOpened(opening);
      await this.legs?.refresh();
    }
    if (this.media.microphone !== null) this.media.microphone.enabled = this.microphoneOn;
    this.parts.changed();
  }

  async setCamera(on: boolean): Promise<void> {
    if (on && !this.pictureAllowed) return;
    this.cameraOn = on;
    this.pictureGone = null;
    this.line.forget();
    if (this.joined || this.joining) {
      if (!on) this.media.closeCamera();
      else if (this.media.camera === null && !(await this.cameraOpened(this.media.openCamera()))) return;
      await this.mediaChanged();
    }
    this.parts.changed();
  }

  async turnCamera(): Promise<void> {
    if (await this.cameraOpened(this.media.turnCamera())) await this.mediaChanged();
  }

  /** Said to the others too, who then send less to here. */
  async setPoorMode(on: boolean): Promise<void> {
    this.poorMode = on;
    this.line.forget();
    this.legs?.fit();
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

  /** Who is in the session's room now: anybody else is no longer in the call, and whoever came cannot know who is. */
  membersAre(users: ReadonlySet<string>): void {
    if (this.roster.only(users)) this.tidy();
    this.welcome.membersAre(users, this.joined);
  }

  /** In the call, this person among them. */
  private get people(): number {
    return this.roster.all.length + 1;
  }

  private seen({ poor }: Participant): boolean {
    return pictureBetween(this.people, poor || this.poorMode);
  }

  private async enter(wanted: () => boolean): Promise<void> {
    if (this.roster.all.length >= MOST_PEOPLE) return this.refuse("full");
    const [servers] = await Promise.all([this.turn.patiently(wanted), this.openMedia(wanted)]);
    if (!wanted()) return;
    if (servers.length === 0 && this.parts.forceRelay) return this.refuse("no_relay");
    const { client, room, forceRelay, channel, changed } = this.parts;
    this.party = crypto.randomUUID();
    this.since = this.browser.now();
    this.joined = true;
    this.legs = new Legs({
      lines: { client, room, forceRelay, turn: this.turn, media: this.media },
      party: this.party,
      roster: this.roster,
      send: (content) => channel.send(content),
      limits: ({ poor }) => limitsFor(this.people, poor || this.poorMode),
      sayHere: () => void this.sayHere().catch(() => undefined),
      changed,
    });
    // The lines go up meanwhile; only who cannot be told at all is out again.
    void this.sayHere().catch(() => wanted() && void this.outBecause("no_network"));
    for (const each of this.roster.all) this.legs.connect(each);
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
    this.out();
    this.problem = problem;
  }

  private async outBecause(problem: Problem): Promise<void> {
    this.problem = problem;
    await this.leave();
  }

  private async openMedia(wanted: () => boolean): Promise<void> {
    if (!this.pictureAllowed && this.cameraOn) [this.cameraOn, this.pictureGone] = [false, "many"];
    const opening = await this.media.open(this.cameraOn);
    if (!wanted()) return;
    this.microphoneOpened(opening.microphone);
    if (opening.camera !== "given_up") this.cameraTrouble = opening.camera;
    this.cameraOn = this.media.camera !== null;
    if (this.media.microphone !== null) this.media.microphone.enabled = this.microphoneOn;
  }

  private microphoneOpened(opening: Opening): void {
    if (opening === "given_up") return;
    this.microphoneTrouble = opening;
    if (opening !== null) this.microphoneOn = false;
  }

  /** False when somebody has closed it meanwhile, or the call is over. */
  private async cameraOpened(opened: Promise<Opening>): Promise<boolean> {
    const opening = await opened;
    if (opening === "given_up" || (!this.joined && !this.joining)) return false;
    this.cameraTrouble = opening;
    this.cameraOn = this.media.camera !== null;
    return true;
  }

  private out(): void {
    this.attempt += 1;
    [this.joined, this.joining] = [false, false];
    this.legs?.end();
    this.legs = null;
    this.media.close();
    this.cameraOn = false;
    this.speaking = false;
    this.pictureGone = null;
    this.welcome.stop();
    for (const timer of this.timers) window.clearInterval(timer);
    this.timers = [];
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
        return this.heardHere(sender, content, this.browser.now() - (live ? 0 : said.age), live);
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
      if (this.roster.isFullBefore(this.party, this.since)) return void this.outBecause("full");
      // Whoever came late cannot read what was said before: they learn from the call, or from this word, that we are here.
      if (came && live && !calls(this.party, party)) void this.sayHere().catch(() => undefined);
      this.legs?.connect(there);
      if (!this.pictureAllowed && this.cameraOn) void this.pictureMustGo(pictureBetween(this.people, false) ? "poor" : "many");
    }
    this.legs?.fit();
    this.parts.changed();
  }

  private async heardSignal(said: Said, from: string, event: string, content: Record<string, unknown>): Promise<void> {
    if (this.roster.isAnothers(from, said.sender)) return;
    const there = this.roster.of(said.sender);
    if (event === "m.call.invite") {
      const known = { video: there?.video === true, poor: there?.poor === true };
      if (this.roster.here(said.sender, from, known, this.browser.now())) this.tidy();
    } else if (there !== undefined && there.party !== from) return;
    await this.legs?.hear(said, from, event, content);
    this.parts.changed();
  }

  private tidy(): void {
    this.legs?.tidy();
    if (this.roster.all.length === 0) this.ringer.stop();
    if (this.problem === "full" && this.roster.all.length < MOST_PEOPLE) this.problem = null;
    if (this.pictureGone === "many" && this.pictureAllowed) this.pictureGone = null;
    this.legs?.fit();
    this.parts.changed();
  }

  private async mediaChanged(): Promise<void> {
    if (this.joined) {
      await this.legs?.refresh();
      await this.sayHere().catch(() => undefined);
    }
    this.parts.changed();
  }

  private sayHere(): Promise<void> {
    const stayed = Math.round(this.browser.now() - this.since);
    return this.parts.channel.send({ kind: "here", party: this.party, video: this.media.camera !== null, poor: this.poorMode, stayed });
  }

  private async listenToAll(sampling: boolean): Promise<void> {
    const { legs } = this;
    if (legs === null) return;
    const { loud, line } = await legs.listen();
    if (this.legs !== legs) return;
    this.speaking = this.microphoneOn && loud;
    if (sampling && this.cameraOn && legs.any && this.line.sample(line, this.poorMode)) await this.pictureMustGo("poor");
    this.parts.changed();
  }

  private async pictureMustGo(why: "poor" | "many"): Promise<void> {
    const gone = this.setCamera(false);
    // Before the others were told of it, which takes its time on such a line: by then it may be on again.
    this.pictureGone = why;
    this.parts.changed();
    await gone;
  }

  private expire(): void {
    if (this.roster.expire(this.browser.now(), (party) => this.legs?.connected(party) === true)) this.tidy();
  }

  private startRinging(): void {
    if (!this.joined && !this.joining) this.ringer.start();
  }

  private readonly restart = (): void => {
    if (!this.joined) return;
    const all = (): void => this.legs?.restart();
    void this.turn.renew().then(all, all);
  };

  private readonly leaveQuickly = (): void => {
    if (this.joined) void this.parts.channel.send({ kind: "gone", party: this.party }).catch(() => undefined);
  };
}
