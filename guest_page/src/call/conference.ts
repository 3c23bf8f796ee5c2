/** One person's part in a conference at the organisation's Jitsi Meet: the way into it, and who else says that they are there. */
import type { Answer } from "../api.ts";
import { patiently, withoutEnd } from "../patience.ts";
import { frameAddress, type WayIn } from "./conference_address.ts";
import type { Word } from "./conference_word.ts";
import { Ringer } from "./ringer.ts";
import { type Participant, Roster } from "./roster.ts";
import { Welcome } from "./welcome.ts";
import { type Channel, GONE_AFTER_MS, HERE_EVERY_MS, readContent, RING_EVENT, type Said } from "./wire.ts";

/** Their keys come to be known meanwhile. */
const WELCOME_MS = 2_000;
/** Between two questions for a new way in, as long as there is no network or the server cannot answer. */
const AGAIN_MS = [2_000, 4_000, 8_000, 15_000] as const;
const NEVER_CONNECTED = (): boolean => false;

interface Parts {
  channel: Channel;
  forceRelay: boolean;
  /** A way in for this one join; the token in it is soon of no use to anybody. */
  enter: () => Promise<Answer<WayIn>>;
  changed: () => void;
  ring: () => void;
}

export class Conference {
  /** Of the frame, while this person is in the conference. */
  address: string | null = null;
  /** Another one for each way in, by which one frame is told from the next: what stands behind `#` loads no page anew. */
  entry = 0;
  joining = false;
  failed = false;
  microphoneOn = true;
  cameraOn = false;
  private readonly parts: Parts;
  private readonly ringer: Ringer;
  private readonly roster = new Roster();
  private readonly stopListening: () => void;
  private readonly expiring: number;
  private saying: number | undefined;
  private readonly welcome = new Welcome(
    () => this.sayHere(),
    () => WELCOME_MS * (0.5 + Math.random()),
  );
  private party = "";
  /** Counts joins and ends: what an earlier one still waits for is not wanted any more. */
  private attempt = 0;
  /** The frame has said that this person is in the conference. */
  private wasIn = false;
  private over = false;

  constructor(parts: Parts) {
    this.parts = parts;
    this.ringer = new Ringer(parts.ring, parts.changed);
    for (const said of parts.channel.recent()) if (said.age < GONE_AFTER_MS) this.hear(said, false);
    this.stopListening = parts.channel.listen((said) => this.hear(said, true));
    this.expiring = window.setInterval(() => {
      if (this.roster.expire(performance.now(), NEVER_CONNECTED)) parts.changed();
    }, HERE_EVERY_MS / 4);
    window.addEventListener("pagehide", this.sayGone);
  }

  get joined(): boolean {
    return this.address !== null;
  }

  get ringing(): boolean {
    return this.ringer.rings;
  }

  get others(): Participant[] {
    return this.roster.all;
  }

  async join(): Promise<void> {
    if (this.joined || this.joining || this.over) return;
    this.ringer.stop();
    const wanted = this.begins();
    const answer = await this.parts.enter();
    if (!wanted()) return;
    [this.joining, this.failed] = [false, !answer.ok];
    if (answer.ok) this.begin(answer.value);
    this.parts.changed();
  }

  /** By a new token, in the same stay: the first one is of no use any more to a frame that was cut off for longer. */
  async comeInAgain(): Promise<void> {
    if (!this.joined || this.joining) return;
    const wanted = this.begins();
    const ask = async (): Promise<WayIn> => {
      const answer = await this.parts.enter();
      if (!answer.ok) throw new NoWayIn(answer.status);
      return answer.value;
    };
    const way = await patiently(withoutEnd(AGAIN_MS), ask, (error) => wanted() && error instanceof NoWayIn && error.mayPass).catch(() => null);
    if (!wanted()) return;
    this.joining = false;
    if (way === null) this.leave();
    else this.show(way);
    this.failed = way === null;
    this.parts.changed();
  }

  /**
   * What the frame has said. Whoever has switched their microphone off comes in again without it. Where a new token does not help, nobody is
   * led round in circles: the button is still there.
   */
  frameSays(word: Exclude<Word, { says: "ready" }>): void {
    if (!this.joined) return;
    const { wasIn } = this;
    if (word.says === "microphone") this.setMicrophone(word.on);
    else if (word.says === "camera") this.setCamera(word.on);
    else this.wasIn = word.says === "in";
    if (word.says === "lost" && wasIn) void this.comeInAgain();
  }

  leave(): void {
    if (!this.joined) return;
    this.sayGone();
    this.out();
    this.parts.changed();
  }

  /** For good: the session is over, or the page goes. */
  stop(): void {
    this.over = true;
    this.out();
    this.ringer.stop();
    this.stopListening();
    window.clearInterval(this.expiring);
    window.removeEventListener("pagehide", this.sayGone);
  }

  setMicrophone(on: boolean): void {
    this.microphoneOn = on;
    this.parts.changed();
  }

  setCamera(on: boolean): void {
    this.cameraOn = on;
    this.parts.changed();
  }

  dismissRing(): void {
    this.ringer.stop();
  }

  /** Who is in the session's room now; anybody else is no longer in the conference. */
  membersAre(users: ReadonlySet<string>): void {
    this.welcome.membersAre(users, this.joined);
    if (this.roster.only(users)) this.parts.changed();
  }

  private begins(): () => boolean {
    const attempt = (this.attempt += 1);
    [this.joining, this.failed] = [true, false];
    this.parts.changed();
    return () => this.attempt === attempt;
  }

  private begin(way: WayIn): void {
    this.party = crypto.randomUUID();
    this.show(way);
    this.sayHere();
    this.saying = window.setInterval(() => this.sayHere(), HERE_EVERY_MS);
  }

  private show(way: WayIn): void {
    this.entry += 1;
    this.wasIn = false;
    this.address = frameAddress(way, { microphone: this.microphoneOn, camera: this.cameraOn, forceRelay: this.parts.forceRelay });
  }

  private out(): void {
    this.attempt += 1;
    this.joining = false;
    this.address = null;
    window.clearInterval(this.saying);
    this.saying = undefined;
    this.welcome.stop();
  }

  private hear({ sender, type, content: raw, age }: Said, live: boolean): void {
    const { channel, changed } = this.parts;
    if (type === RING_EVENT) {
      if (live && sender === channel.bot && !this.joined && !this.joining) this.ringer.start();
      return;
    }
    const content = readContent(raw);
    if (content?.kind === "here") {
      const nobody = this.roster.all.length === 0;
      const came = this.roster.here(sender, content.party, content, performance.now() - (live ? 0 : age));
      if (came && live && nobody && !this.joined && !this.joining) this.ringer.start();
      // Whoever came late cannot read what was said before.
      if (came && live && this.joined) this.sayHere();
    } else if (content?.kind === "gone" && this.roster.gone(sender, content.party) && this.roster.all.length === 0) this.ringer.stop();
    changed();
  }

  private sayHere(): void {
    void this.parts.channel.send({ kind: "here", party: this.party, video: this.cameraOn, poor: false }).catch(() => undefined);
  }

  private readonly sayGone = (): void => {
    if (this.joined) void this.parts.channel.send({ kind: "gone", party: this.party }).catch(() => undefined);
  };
}

/** There was no answer, or none of use. */
class NoWayIn extends Error {
  readonly mayPass: boolean;

  constructor(status: number) {
    super("no way into the conference");
    this.mayPass = status === 0 || status === 429 || status >= 500;
  }
}
