import type { Answer, Api, Person, Public, Seat, SeatStatus } from "./api.ts";
import type { Attention } from "./attention.ts";
import { GATEWAY, SILENT, WOKEN } from "./gateway.ts";
import type { NotTaken, Prepared } from "./files/prepare.ts";
import type { SharedFile } from "./files/shared_file.ts";
import { CallKeeper } from "./call/keeper.ts";
import { load } from "./load.ts";
import type { Message } from "./messages.ts";
import { jumped, type Moment, now } from "./moment.ts";
import type { Conversation } from "./session/index.ts";
import { BEAT_MS, type Beat, isDue } from "./sign_of_life.ts";
import type { Store } from "./store.ts";
import { Wakes } from "./wakes.ts";

const AGAIN_MS = 2_000;
const GOODBYE_AT_MOST_MS = 2_000;
const SOON_MS = 1_000;
const SOON_TIMES = 5;

/** How long until the server is asked again; short while it is preparing something. */
const ASK_AGAIN_MS: Record<SeatStatus, number> = {
  asking: BEAT_MS,
  refused: BEAT_MS,
  preparing: 250,
  keys: 250,
  invited: 1_000,
  waiting: BEAT_MS,
  in_session: BEAT_MS,
  kept_open: BEAT_MS,
  ended: BEAT_MS,
  moved: BEAT_MS,
};

/** What stands in the room, for the screens. */
export interface RoomView {
  messages: Message[];
  canWrite: boolean;
  joined: boolean;
  /** User ids. */
  here: string[];
  /** User ids of the others who are writing now. */
  writing: string[];
  /** The newest message of this person's that somebody else has read. */
  readUpTo: string | null;
  people: Person[];
  open: (file: SharedFile) => Promise<Blob>;
  /** How far the upload of an unsent file is, from 0 to 1. */
  progress: (txn: string) => number | null;
}

export interface Host {
  /** The server has said how the seat stands. */
  seat(seat: Seat): void;
  /** The server does not know the seat. */
  gone(): void;
  /** A file can never be sent. */
  fileRefused(why: NotTaken): void;
  /** It cannot go on; `keysGone` = this seat can never be used again, else a reload may help. */
  failed(keysGone: boolean): void;
  changed(): void;
}

interface Parts {
  api: Api;
  store: Store;
  attention: Attention;
  host: Host;
  secret: string;
  name: string;
  seat: Seat;
  /** The person was here before, in this browser. */
  resumed: boolean;
  calls: Public["calls"] | undefined;
  language: () => string;
}

/** One stay inside, from the yes of the server until `stop()`: the sign of life, and the way into the room. */
export class Stay {
  readonly call: CallKeeper;
  private readonly parts: Parts;
  private current: Seat;
  private conversation: Conversation | null = null;
  /** The same one from the moment its key store is being opened; null when there is none, or it did not open. */
  private opening: Promise<Conversation | null> = Promise.resolve(null);
  private serverSilent = false;
  private stopped = false;
  /** How many times more the server is asked at short intervals. */
  private soon = 0;
  private saidReady = false;
  private questions = 0;
  /** The last question whose answer was heard. */
  private heard = 0;
  private readonly wakes = new Wakes();
  private readonly seatChecks = new Set<(seat: Seat) => void>();

  constructor(parts: Parts) {
    this.parts = parts;
    this.current = parts.seat;
    const { calls, language, attention, host, api, secret } = parts;
    this.call = new CallKeeper({ calls, language, enter: () => api.conference(secret), ring: () => attention.call(), changed: () => host.changed() });
    this.wakes.listen();
    void this.follow();
    this.connect().catch((error: unknown) => {
      if (!this.stopped) parts.host.failed(error instanceof Error && error.name === "KeysGone");
    });
  }

  get room(): RoomView | null {
    const { conversation } = this;
    if (conversation === null) return null;
    const { messages, canWrite, joined, here, writing, readUpTo } = conversation;
    const open = (file: SharedFile): Promise<Blob> => conversation.open(file);
    const progress = (txn: string): number | null => conversation.progress(txn);
    return { messages, canWrite, joined, here, writing, readUpTo, people: this.current.people, open, progress };
  }

  get offline(): boolean {
    return this.serverSilent || this.conversation?.offline === true;
  }

  async answer(yes: boolean): Promise<void> {
    await this.ask(this.parts.api.answer(this.parts.secret, yes));
  }

  async askDeletion(): Promise<void> {
    await this.ask(this.parts.api.askDeletion(this.parts.secret));
  }

  say(text: string): void {
    this.conversation?.say(text);
  }

  /** The person is writing, or has stopped. */
  writes(writing: boolean): void {
    this.conversation?.writes(writing);
  }

  async attach(prepared: Prepared): Promise<void> {
    await this.conversation?.attach(prepared);
  }

  takeBack(txn: string): void {
    this.conversation?.takeBack(txn);
  }

  /** Gives no more signs of life, and says in a call that one is gone; then as `stop`. */
  async leave(): Promise<void> {
    this.stopped = true;
    this.wakes.wake();
    await Promise.race([this.call.leave(), new Promise((resolve) => setTimeout(resolve, GOODBYE_AT_MOST_MS))]);
    await this.stop();
  }

  /** At once; what resolves is that nothing of it holds the browser's store any more, so that it can be wiped. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.call.stop();
    this.conversation?.stop();
    this.wakes.stop();
    (await this.opening)?.stop();
  }

  /** Asks the server how the seat stands; every 15 s this is also the sign of life (PRODUCT §4, presence). */
  private async follow(): Promise<void> {
    const { api, secret } = this.parts;
    let last: Beat | null = null;
    let asked: Moment = now();
    while (!this.stopped) {
      await this.wakes.turn(() => this.untilNext());
      if (this.stopped) return;
      const beat: Beat = { ...now(), visible: document.visibilityState === "visible" };
      const due = isDue(last, beat);
      if (jumped(asked, beat)) window.dispatchEvent(new Event(WOKEN));
      asked = beat;
      const answer = await this.ask(due ? api.beat(secret, beat.visible) : api.seat(secret));
      // A sign of life that did not arrive is none: the next one is due as soon as anything does.
      if (due) last = answer.ok ? beat : null;
    }
  }

  private untilNext(): number {
    if (this.serverSilent) return AGAIN_MS;
    // While the keys are on their way up nothing changes at the server.
    const usual = this.current.status === "keys" && !this.saidReady ? BEAT_MS : ASK_AGAIN_MS[this.current.status];
    if (this.soon === 0) return usual;
    this.soon--;
    return Math.min(SOON_MS, usual);
  }

  /** An answer that was overtaken by one to a later question says how the seat stood before, and is not heard. */
  private async ask(asking: Promise<Answer<Seat>>): Promise<Answer<Seat>> {
    const question = (this.questions += 1);
    const answer = await asking;
    if (question > this.heard) {
      this.heard = question;
      this.hear(answer);
    }
    return answer;
  }

  private hear(answer: Answer<Seat>): void {
    if (this.stopped) return;
    const { host } = this.parts;
    if (!answer.ok && answer.status === 401) return host.gone();
    if (!answer.ok && answer.status === 0 && !this.serverSilent) window.dispatchEvent(new Event(SILENT));
    this.serverSilent = !answer.ok;
    if (!answer.ok) return host.changed();
    if (answer.value.asked_for && !this.current.asked_for) this.parts.attention.call();
    this.current = answer.value;
    this.nameVisitors();
    void this.call.follow(answer.value, this.conversation);
    for (const check of this.seatChecks) check(answer.value);
    host.seat(answer.value);
  }

  /** Account → keys on the homeserver → ready → room → join, in this order (ARCHITECTURE §4). */
  private async connect(): Promise<void> {
    const { api, store, secret, name, resumed, attention, host } = this.parts;
    const session = await load(() => import("./session/index.ts"));
    const { user, device, bot, native } = await this.seatWhere((seat) => seat.user !== null && seat.device !== null);
    if (user === null || device === null || this.stopped) return;
    const around = {
      changed: () => {
        void this.call.follow(this.current, this.conversation);
        host.changed();
      },
      shutOut: this.wakes.wake,
      called: () => attention.call(),
      fileRefused: (why: NotTaken) => host.fileRefused(why),
      stirred: () => {
        this.soon = SOON_TIMES;
        this.wakes.wake();
      },
      pauses: () => this.wakes.pauses(),
    };
    await load(() => session.prepare(GATEWAY));
    if (this.stopped) return;
    const opening = session.openConversation({ gateway: GATEWAY, secret, user, device, bot, name, native }, store, around);
    this.opening = opening.then(({ conversation }) => conversation).catch(() => null);
    const { conversation, start } = await opening;
    await start();
    if (this.stopped) return conversation.stop();
    this.conversation = conversation;
    this.nameVisitors();
    while (!this.stopped && this.current.room === null) {
      const answer = await this.ask(api.ready(secret));
      this.saidReady = answer.ok;
      if (answer.ok) break;
      await this.wakes.pause(AGAIN_MS);
    }
    this.wakes.wake();
    const { room } = await this.seatWhere((seat) => seat.room !== null);
    if (room === null || this.stopped) return;
    await conversation.join(room, resumed);
    around.stirred();
  }

  private nameVisitors(): void {
    if (this.conversation === null) return;
    this.conversation.awaited = this.current.awaited;
    this.conversation.visitors = this.current.people.map(({ user }) => user);
    this.conversation.silent = this.current.people.filter(({ call_of }) => typeof call_of === "string").map(({ user }) => user);
  }

  /** Resolves with the first view of the seat that fits, the present one included. */
  private seatWhere(fits: (seat: Seat) => boolean): Promise<Seat> {
    return new Promise((resolve) => {
      const check = (seat: Seat): void => {
        if (!fits(seat)) return;
        this.seatChecks.delete(check);
        resolve(seat);
      };
      this.seatChecks.add(check);
      check(this.current);
    });
  }
}
