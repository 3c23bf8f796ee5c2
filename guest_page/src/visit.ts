import { isAble } from "./able.ts";
import type { Answer, Api, DeviceTest, EnterRequest, Public, Seat } from "./api.ts";
import type { Attention, Bell, ScreenAwake } from "./attention.ts";
import type { NetworkTest } from "./device/network.ts";
import type { FileProblem, NotTaken, Prepared } from "./files/prepare.ts";
import type { CallKeeper } from "./call/keeper.ts";
import { type Flow, type Happened, step } from "./flow.ts";
import { linkDigest } from "./link.ts";
import { load } from "./load.ts";
import { holdSeat } from "./one_tab.ts";
import { Return } from "./return.ts";
import type { RoomView, Stay } from "./stay.ts";
import { newSecret, type SavedSeat, type Store } from "./store.ts";
import { CATALOGUES, directionOf, FIRST_WORDS, preselect, type Reading, readingIn, type Texts } from "./texts/index.ts";
import type { InsideTexts } from "./texts/inside/index.ts";
import { wipeBrowser } from "./wipe.ts";

const PREFETCH_AFTER_MS = 400;
/** The screen is empty from the first moment; what is waited for is that the browser has forgotten. */
const QUICK_EXIT_AT_MOST_MS = 2_000;
const NEUTRAL_PAGE = "about:blank";

/** What the server says of a link that leads nowhere. */
const LOST = 404;

export type AllTexts = Texts & InsideTexts;

/** What is shown by screens that are fetched when they are needed. */
const BEHIND: ReadonlySet<Flow["at"]> = new Set(["unable", "call", "terms", "early", "device", "full", "asking", "refused", "inside", "moved"]);

interface Parts {
  api: Api;
  store: Store;
  token: string | null;
  /** The link is a member of the staff's own one, to the call. */
  calling: boolean;
  /** That call was rung for without pictures. */
  audioAlone: boolean;
  changed: () => void;
}

/** One person's visit: what they do, and the screen that follows. The screens read it and call it, nothing else. */
export class Visit {
  flow: Flow = { at: "starting" };
  info: Public | null = null;
  language = "en";
  /** Whose page this is, once a link or a seat has said so: empty before, for a link that leads nowhere, and where nothing may say it. */
  from = "";
  fileProblem: FileProblem | null = null;
  /**
   * What stands in the box and was not sent. Words that had not left when the browser lost its keys come here too, for the box of the next
   * place, where the person sends them or not. In this page's memory alone: gone with a reload, the quick exit and every end.
   */
  draft = "";
  /** Null until it has been loaded. */
  inside: typeof import("./inside.ts") | null = null;
  readonly audioAlone: boolean;
  private readonly api: Api;
  private readonly store: Store;
  private readonly token: string | null;
  private readonly calling: boolean;
  private readonly changed: () => void;
  private attention: Attention | null = null;
  private awake: ScreenAwake | null = null;
  private readonly comingBack: Return;
  /** The link is an interpreter's. */
  interprets = false;
  private read: Reading | null = null;
  private more: { language: string; texts: InsideTexts } | null = null;
  private digest = "";
  private result: DeviceTest | null = null;
  private stay: Stay | null = null;
  /** Counts starts: what was asked after an earlier one is not heard any more. */
  private begun = 0;
  /** Resolved when a stay that was left holds nothing any more. */
  private leaving: Promise<void> = Promise.resolve();

  constructor({ api, store, token, calling, audioAlone, changed }: Parts) {
    this.api = api;
    this.store = store;
    this.token = token;
    this.calling = calling;
    this.audioAlone = audioAlone;
    this.changed = changed;
    const reachable = async (): Promise<boolean> => (await api.public()).ok;
    this.comingBack = new Return({ history, network: window, reachable, reload: () => location.reload() });
  }

  get room(): RoomView | null {
    return this.stay?.room ?? null;
  }

  get call(): CallKeeper | null {
    return this.stay?.call ?? null;
  }

  get offline(): boolean {
    return this.stay?.offline === true;
  }

  get direction(): "ltr" | "rtl" {
    return directionOf(this.read?.language ?? "en");
  }

  /** What the screens say; every screen but the first two stands behind a catalogue that has come. */
  get reading(): Reading {
    if (this.read === null) throw new Error("no catalogue yet: only `words` can be shown");
    return this.read;
  }

  /** Everything that the screens behind the first ones say. */
  get inner(): { language: string; texts: AllTexts } {
    if (this.more === null) throw new Error("not loaded yet");
    const { language, texts } = this.reading;
    return { language, texts: { ...texts, ...this.more.texts } };
  }

  get innerKnown(): boolean {
    return this.more !== null;
  }

  /** What can be said at any time. */
  get words(): typeof FIRST_WORDS {
    return this.read?.texts ?? FIRST_WORDS;
  }

  get wordsLanguage(): string {
    return this.read?.language ?? "en";
  }

  get name(): string {
    return this.store.seat?.name ?? "";
  }

  async start(): Promise<void> {
    this.begun++;
    const saved = this.store.seat;
    this.expect(saved?.language ?? preselect(navigator.languages, Object.keys(CATALOGUES)));
    const answer = await this.api.public();
    if (!answer.ok) return this.become({ what: "unreachable" });
    this.info = answer.value;
    const offered = answer.value.languages.map(({ code }) => code);
    try {
      await this.readIn(saved?.language ?? preselect(navigator.languages, offered));
    } catch {
      return this.become({ what: "unreachable" });
    }
    // A page in the person's own language is worth being loaded once more.
    if (this.read?.language !== this.language && this.comingBack.once()) return;
    if (!isAble()) return this.become({ what: "unable" });
    if (this.token !== null) this.digest = await linkDigest(this.token);
    if (saved?.entered === true && (this.token === null || saved.link === this.digest)) {
      if (saved.left) await this.watch(saved.secret).catch(() => this.become({ what: "left" }));
      else await this.resume(saved);
    } else if (this.token === null) {
      this.become({ what: "no_link" });
    } else if (this.calling) {
      this.become({ what: "call", refused: null });
      this.prefetch();
    } else {
      this.become({ what: "ready" });
      setTimeout(() => this.prefetch(), PREFETCH_AFTER_MS);
    }
  }

  startAgain(): void {
    this.become({ what: "start_again" });
    void this.start();
  }

  async choose(language: string): Promise<void> {
    await this.readIn(language).catch(() => undefined);
    this.changed();
  }

  /** The first thing that is sent anywhere. */
  async continue(): Promise<void> {
    if (this.token === null) return;
    this.become({ what: "busy" });
    const answer = await this.api.open(this.token, this.language);
    if (answer.ok) {
      this.interprets = answer.value.interpreter;
      // The page on which interpreters answer says why nobody is needed any more.
      if (answer.value.state === "ended" && this.interprets && this.answerAddress !== null) return location.replace(this.answerAddress);
      try {
        await this.loadInside();
      } catch {
        return this.become({ what: "unreachable" });
      }
    }
    this.become(answer.ok ? { what: "opened", opened: answer.value } : { what: "refused", refusal: answer });
  }

  /** The terms are agreed to, under this name. */
  async agree(name: string): Promise<void> {
    const chosen = name.trim();
    if (chosen === "") return this.become({ what: "name_missing" });
    this.attention?.arm();
    this.become({ what: "busy" });
    try {
      await this.loadInside();
      this.become({ what: "named", name: chosen });
    } catch {
      this.become({ what: "unreachable" });
    }
  }

  skipTest(): void {
    this.become({ what: "skip_test" });
  }

  /** Whether somebody who comes can be heard. */
  get bell(): Bell {
    return this.attention?.bell ?? "none";
  }

  playTone(): void {
    this.attention?.tone();
  }

  async testNetwork(): Promise<NetworkTest> {
    const { testThisNetwork } = await this.loadInside();
    const relay = this.token === null ? null : await this.api.relay(this.token);
    return testThisNetwork(relay?.ok === true ? relay.value.server : undefined);
  }

  /** Told at once, so that the requester knows it also of somebody who comes another day. */
  tested(result: DeviceTest): void {
    this.result = result;
    if (this.token !== null) void this.api.device(this.token, result);
  }

  /** Also the one thing that is sent of a personal link to the call, after its button was pressed. */
  async enter(): Promise<void> {
    const { flow } = this;
    if (this.token === null || (flow.at !== "device" && flow.at !== "call")) return;
    const [chosen, terms] = flow.at === "device" ? [flow.name, flow.opened.terms.version] : ["", ""];
    this.attention?.arm();
    this.become({ what: "busy" });
    if (!(await holdSeat(false, () => this.elsewhere()))) return this.become({ what: "elsewhere" });
    const request = await this.requestFor(this.token, chosen, terms);
    if (request === null) return;
    const answer = await this.api.enter(request, this.calling);
    if (!answer.ok && this.calling) return this.become({ what: "call", refused: answer.status });
    // The terms have changed while they were being read: show the new ones.
    if (!answer.ok && answer.error === "terms") return this.continue();
    await this.seated(request.secret, answer);
  }

  /** All places are taken: ask for one of them, or with null for one more. */
  async ask(place: string | null): Promise<void> {
    if (this.token === null || this.flow.at !== "full" || this.flow.opened === null) return;
    const { name, opened } = this.flow;
    this.become({ what: "busy" });
    const request = await this.requestFor(this.token, name, opened.terms.version);
    if (request !== null) await this.seated(request.secret, await this.api.ask({ ...request, place }));
  }

  async stopAsking(): Promise<void> {
    const secret = this.store.seat?.secret;
    await this.forget();
    this.startAgain();
    if (secret !== undefined) await this.api.leave(secret);
  }

  /** Whether it is this person who asks for their place in another browser. */
  answerMove(yes: boolean): void {
    void this.stay?.answer(yes);
  }

  async notForMe(): Promise<void> {
    if (this.token === null) return;
    this.become({ what: "busy" });
    const answer = await this.api.notMe(this.token);
    this.become(answer.ok ? { what: "not_me" } : { what: "refused", refusal: answer });
  }

  /** From a link that leads nowhere. Nobody learns whether it ever did: the answer is the same for all. */
  async askForLink(): Promise<void> {
    if (this.token === null) return;
    this.become({ what: "busy" });
    const answer = await this.api.askForLink(this.token);
    this.become(answer.ok ? { what: "asked" } : { what: "refused", refusal: answer });
  }

  /** There is a link to ask for another one of. */
  get hasLink(): boolean {
    return this.token !== null && !this.calling;
  }

  /** Where an interpreter says that they cannot come. */
  get answerAddress(): string | null {
    return this.token === null ? null : `/i#${this.token}`;
  }

  askDeletion(): void {
    void this.stay?.askDeletion();
  }

  writes(writing: boolean): void {
    this.stay?.writes(writing);
  }

  say(text: string): void {
    this.stay?.say(text);
  }

  /** A file that the person chose; what is wrong with it stands in `fileProblem` then. */
  async attach(file: File): Promise<void> {
    const { prepareFile } = await this.loadInside();
    await this.send(await prepareFile(file, this.info?.largest_file ?? 0));
  }

  async send(prepared: Prepared | FileProblem): Promise<void> {
    this.fileProblem = typeof prepared === "string" ? prepared : null;
    if (typeof prepared !== "string") await this.stay?.attach(prepared);
    this.changed();
  }

  /** Of a message that is not sent yet. */
  takeBack(txn: string): void {
    this.stay?.takeBack(txn);
  }

  /** Away, but free to come back: keys and secret stay. */
  async leave(): Promise<void> {
    const secret = this.store.seat?.secret;
    const { stay } = this;
    this.stay = null;
    this.leaving = Promise.resolve(stay?.leave());
    this.store.update({ left: true });
    this.become({ what: "left" });
    if (secret === undefined) return;
    await this.api.away(secret);
    await this.watch(secret);
  }

  async comeBack(): Promise<void> {
    this.attention?.arm();
    this.store.update({ left: false });
    this.become({ what: "start_again" });
    await this.endStay();
    await this.start();
  }

  async useHere(): Promise<void> {
    this.become({ what: "start_again" });
    await holdSeat(true, () => this.elsewhere());
    await this.start();
  }

  /** Gone at once and without a trace; waits for nothing longer than a moment. */
  quickExit(): void {
    document.body.hidden = true;
    document.title = " ";
    this.draft = "";
    const secret = this.store.seat?.secret;
    const stopped = this.endStay();
    this.store.close();
    if (secret !== undefined) void this.api.leave(secret);
    const longEnough = new Promise((resolve) => setTimeout(resolve, QUICK_EXIT_AT_MOST_MS));
    void Promise.race([wipeTwice(stopped), longEnough]).finally(() => location.replace(NEUTRAL_PAGE));
  }

  private become(happened: Happened): void {
    const before = this.flow;
    this.flow = step(before, happened);
    const { at } = this.flow;
    if (happened.what === "opened") this.from = happened.opened.name;
    if (happened.what === "seat") this.from = happened.seat.public_name;
    if (at === "starting" || at === "language" || at === "lost") this.from = "";
    if (this.awake !== null) this.awake.wanted = at === "inside" || at === "asking";
    this.comingBack.wanted = at === "unreachable";
    if (BEHIND.has(at) && at !== before.at) void this.loadInside().catch(() => this.flow.at === at && this.become({ what: "unreachable" }));
    if (this.room?.joined === true) this.comingBack.arrived();
    if (at !== before.at && (at === "ended" || at === "moved" || at === "not_me" || at === "refused")) this.end();
    this.changed();
  }

  /** Beside the first question to the server: the catalogue that is most likely to be needed, also to say that there is no network. */
  private expect(language: string): void {
    readingIn(language).then(
      (reading) => {
        if (this.read !== null) return;
        this.read = reading;
        this.changed();
      },
      () => undefined,
    );
  }

  /** Rejects when no catalogue can be fetched; the person reads on in the one before. */
  private async readIn(language: string): Promise<void> {
    this.language = language;
    const reading = await readingIn(language);
    // Two choices in quick succession: the later one is meant, whichever file comes first.
    if (this.language === language) this.read = reading;
  }

  /** While the person reads, so that entering is quick later on. A failure now is tried again then. */
  private prefetch(): void {
    void this.loadInside().then(({ prepareSession }) => prepareSession(), () => undefined);
  }

  /** The screens behind the first ones, with what they say in the language that is read now. When it rejects, the page has to be loaded anew. */
  private async loadInside(): Promise<typeof import("./inside.ts")> {
    const inside = await load(() => import("./inside.ts"));
    if (this.inside === null) {
      await inside.addStyle();
      this.attention ??= new inside.Attention(() => this.changed());
      this.awake ??= new inside.ScreenAwake();
      this.inside = inside;
    }
    while (this.more?.language !== this.reading.language) {
      const { language } = this.reading;
      const texts = await this.inside.insideTexts(language, this.comingBack.inVain);
      // As for the first catalogue: the later choice is meant.
      if (language === this.reading.language) this.more = { language, texts };
      this.changed();
    }
    return this.inside;
  }

  /**
   * The secret stands in storage before it is sent: a lost answer is asked for again with the same one, and gets the same seat. Null when
   * the page is being left: no seat is taken then.
   */
  private async requestFor(token: string, name: string, terms: string): Promise<EnterRequest | null> {
    const { language, result } = this;
    const saved = this.store.seat;
    const again = saved !== null && !saved.entered && saved.link === this.digest;
    if (!again) await this.forget();
    const secret = again ? saved.secret : newSecret();
    this.store.seat = { secret, name, language, link: this.digest, entered: false, keys: false, crypto: null, left: false };
    return this.store.seat === null ? null : { token, secret, name, language, terms, ...(result !== null && { device: result }) };
  }

  private async seated(secret: string, answer: Answer<Seat>): Promise<void> {
    if (!answer.ok) return this.become({ what: "refused", refusal: answer });
    this.store.update({ entered: true });
    await this.goInside(secret, answer.value, false);
  }

  private async resume(saved: SavedSeat): Promise<void> {
    const { begun } = this;
    if (!(await holdSeat(false, () => this.elsewhere()))) return this.become({ what: "elsewhere" });
    const answer = await this.api.seat(saved.secret);
    if (begun !== this.begun) return;
    if (answer.ok) await this.goInside(saved.secret, answer.value, true);
    else if (answer.status === 401) await this.seatGone();
    else this.become({ what: "unreachable" });
  }

  /** The end may come while somebody is away, and may have come while the page was closed: what is kept here goes then. */
  private async watch(secret: string): Promise<void> {
    const { whileLeft } = await this.loadInside();
    await whileLeft(
      () => this.api.seat(secret),
      (happened) => {
        const { seat } = this.store;
        if (seat?.left !== true || seat.secret !== secret) return false;
        this.become(happened);
        return this.flow.at === "left";
      },
    );
  }

  private async goInside(secret: string, seat: Seat, resumed: boolean): Promise<void> {
    this.become({ what: "seat", seat });
    if (this.flow.at === "asking") return this.awaitAnswer(secret, resumed).catch(() => undefined);
    if (this.flow.at !== "inside") return;
    const { api, store, name } = this;
    const host = {
      seat: (view: Seat) => this.become({ what: "seat", seat: view }),
      gone: () => void this.seatGone(),
      fileRefused: (why: NotTaken) => void this.send(why),
      failed: (keysGone: boolean) => void this.failed(secret, keysGone),
      changed: () => this.changed(),
    };
    try {
      const { Stay } = await this.loadInside();
      const { attention } = this;
      // Two stays on one key store would break the encryption in both.
      if (attention === null || this.stay !== null || this.store.seat?.secret !== secret || this.flow.at !== "inside") return;
      attention.arm();
      if (this.awake !== null) this.awake.wanted = true;
      const language = (): string => this.wordsLanguage;
      this.stay = new Stay({ api, store, attention, host, secret, name, seat, resumed, calls: this.info?.calls, language });
      this.changed();
    } catch {
      this.become({ what: "unreachable" });
    }
  }

  /** Until somebody has said yes or no; the seat is a seat like any other then. */
  private async awaitAnswer(secret: string, resumed: boolean): Promise<void> {
    const { begun } = this;
    const { whileAsking } = await this.loadInside();
    const answer = await whileAsking(
      () => this.api.seat(secret),
      () => begun === this.begun && this.store.seat?.secret === secret,
    );
    if (answer?.ok === true) await this.goInside(secret, answer.value, resumed);
    else if (answer !== null) await this.seatGone();
  }

  private async failed(secret: string, keysGone: boolean): Promise<void> {
    void this.endStay();
    if (!keysGone) return this.become({ what: "unreachable" });
    // The browser has thrown the keys away: give the seat back and start from the link.
    const unsent = this.store.outbox.filter(({ file }) => file === undefined).map(({ text }) => text);
    this.draft = [...unsent, this.draft].filter((text) => text !== "").join("\n");
    await this.api.leave(secret);
    await this.forget();
    this.startAgain();
  }

  private async seatGone(): Promise<void> {
    const inside = this.flow.at === "inside";
    await this.forget();
    if (this.calling && !inside) return this.become({ what: "call", refused: LOST });
    this.become({ what: "seat_gone", haveLink: this.token !== null });
  }

  private elsewhere(): void {
    void this.endStay();
    this.become({ what: "elsewhere" });
  }

  private end(): void {
    this.draft = "";
    void this.forget();
  }

  private async forget(): Promise<void> {
    const stopped = this.endStay();
    this.store.clear();
    await wipeTwice(stopped);
  }

  private async endStay(): Promise<void> {
    const { stay } = this;
    this.stay = null;
    await stay?.stop();
    await this.leaving;
  }
}

/** At once, and again when the stay has stopped: its store of keys may have been opened meanwhile. */
async function wipeTwice(stopped: Promise<void>): Promise<void> {
  await wipeBrowser();
  await stopped;
  await wipeBrowser();
}
