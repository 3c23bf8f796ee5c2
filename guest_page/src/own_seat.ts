import type { Answer, Api, DeviceTest, EnterRequest, Public, Seat } from "./api.ts";
import type { NotTaken } from "./files/prepare.ts";
import type { Flow, Happened } from "./flow.ts";
import { linkDigest } from "./link.ts";
import type { Loaded } from "./loaded.ts";
import { holdSeat } from "./one_tab.ts";
import type { Stay } from "./stay.ts";
import { newSecret, type SavedSeat, type Store } from "./store.ts";
import { wipeBrowser } from "./wipe.ts";

/** The screen is empty from the first moment; what is waited for is that the browser has forgotten. */
const QUICK_EXIT_AT_MOST_MS = 2_000;
const NEUTRAL_PAGE = "about:blank";

/** What the server says of a link that leads nowhere. */
const LOST = 404;

/** The visit around the seat, see `Visit`. */
export interface Around {
  readonly flow: Flow;
  readonly info: Public | null;
  readonly token: string | null;
  readonly calling: boolean;
  readonly begun: number;
  draft: string;
  become(happened: Happened): void;
  start(): Promise<void>;
  startAgain(): void;
  send(why: NotTaken): Promise<void>;
  changed(): void;
}

/** The seat of this browser: its secret, the one stay on it, and every way out of it. */
export class OwnSeat {
  /** Null while nobody is inside. */
  stay: Stay | null = null;
  private readonly visit: Around;
  private readonly api: Api;
  private readonly store: Store;
  private readonly loaded: Loaded;
  private digest = "";
  /** Resolves when a stay that was left holds nothing any more. */
  private leaving: Promise<void> = Promise.resolve();

  constructor(visit: Around, api: Api, store: Store, loaded: Loaded) {
    this.visit = visit;
    this.api = api;
    this.store = store;
    this.loaded = loaded;
  }

  /** Back on the seat that was taken before by the link of this page; false when there is none, and nothing has happened then. */
  async again(saved: SavedSeat | null): Promise<boolean> {
    const { token } = this.visit;
    if (token !== null) this.digest = await linkDigest(token);
    if (saved?.entered !== true || (token !== null && saved.link !== this.digest)) return false;
    if (saved.left) await this.watch(saved.secret).catch(() => this.visit.become({ what: "left" }));
    else await this.resume(saved);
    return true;
  }

  /** True once no other tab is on the seat; otherwise the person is told where they are. */
  async hold(): Promise<boolean> {
    const held = await holdSeat(false, () => this.elsewhere());
    if (!held) this.visit.become({ what: "elsewhere" });
    return held;
  }

  /** The other tab has to let go of it. */
  async useHere(): Promise<void> {
    this.visit.become({ what: "start_again" });
    await holdSeat(true, () => this.elsewhere());
    await this.visit.start();
  }

  /**
   * The secret stands in storage before it is sent: a lost answer is asked for again with the same one, and gets the same seat. Null when
   * the page is being left: no seat is taken then.
   */
  async requestFor(token: string, name: string, terms: string, result: DeviceTest | null): Promise<EnterRequest | null> {
    const { language } = this.loaded;
    const saved = this.store.seat;
    const again = saved !== null && !saved.entered && saved.link === this.digest;
    if (!again) await this.forget();
    const secret = again ? saved.secret : newSecret();
    this.store.seat = { secret, name, language, link: this.digest, entered: false, keys: false, crypto: null, left: false };
    return this.store.seat === null ? null : { token, secret, name, language, terms, ...(result !== null && { device: result }) };
  }

  async seated(secret: string, answer: Answer<Seat>): Promise<void> {
    if (!answer.ok) return this.visit.become({ what: "refused", refusal: answer });
    this.store.update({ entered: true });
    await this.goInside(secret, answer.value, false);
  }

  async stopAsking(): Promise<void> {
    const secret = this.store.seat?.secret;
    await this.forget();
    this.visit.startAgain();
    if (secret !== undefined) await this.api.leave(secret);
  }

  /** Away, but free to come back: keys and secret stay. */
  async leave(): Promise<void> {
    const secret = this.store.seat?.secret;
    const { stay } = this;
    this.stay = null;
    this.leaving = Promise.resolve(stay?.leave());
    this.store.update({ left: true });
    this.visit.become({ what: "left" });
    if (secret === undefined) return;
    await this.api.away(secret);
    await this.watch(secret);
  }

  async comeBack(): Promise<void> {
    this.loaded.attention?.arm();
    this.store.update({ left: false });
    this.visit.become({ what: "start_again" });
    await this.endStay();
    await this.visit.start();
  }

  /** Gone at once and without a trace; waits for nothing longer than a moment. */
  quickExit(): void {
    document.body.hidden = true;
    document.title = " ";
    this.visit.draft = "";
    const secret = this.store.seat?.secret;
    const stopped = this.endStay();
    this.store.close();
    if (secret !== undefined) void this.api.leave(secret);
    const longEnough = new Promise((resolve) => setTimeout(resolve, QUICK_EXIT_AT_MOST_MS));
    void Promise.race([wipeTwice(stopped), longEnough]).finally(() => location.replace(NEUTRAL_PAGE));
  }

  async forget(): Promise<void> {
    const stopped = this.endStay();
    this.store.clear();
    await wipeTwice(stopped);
  }

  private async resume(saved: SavedSeat): Promise<void> {
    const { begun } = this.visit;
    if (!(await this.hold())) return;
    const answer = await this.api.seat(saved.secret);
    if (begun !== this.visit.begun) return;
    if (answer.ok) await this.goInside(saved.secret, answer.value, true);
    else if (answer.status === 401) await this.gone();
    else this.visit.become({ what: "unreachable" });
  }

  /** The end may come while somebody is away, and may have come while the page was closed: what is kept here goes then. */
  private async watch(secret: string): Promise<void> {
    const { whileLeft } = await this.loaded.loadInside();
    await whileLeft(
      () => this.api.seat(secret),
      (happened) => {
        const { seat } = this.store;
        if (seat?.left !== true || seat.secret !== secret) return false;
        this.visit.become(happened);
        return this.visit.flow.at === "left";
      },
    );
  }

  private async goInside(secret: string, seat: Seat, resumed: boolean): Promise<void> {
    const { visit, api, store, loaded } = this;
    visit.become({ what: "seat", seat });
    if (visit.flow.at === "asking") return this.awaitAnswer(secret, resumed).catch(() => undefined);
    if (visit.flow.at !== "inside") return;
    const name = store.seat?.name ?? "";
    const host = {
      seat: (view: Seat) => visit.become({ what: "seat", seat: view }),
      gone: () => void this.gone(),
      fileRefused: (why: NotTaken) => void visit.send(why),
      failed: (keysGone: boolean) => void this.failed(secret, keysGone),
      changed: () => visit.changed(),
    };
    try {
      const { Stay } = await loaded.loadInside();
      const { attention } = loaded;
      // Two stays on one key store would break the encryption in both.
      if (attention === null || this.stay !== null || store.seat?.secret !== secret || visit.flow.at !== "inside") return;
      attention.arm();
      if (loaded.awake !== null) loaded.awake.wanted = true;
      const language = (): string => loaded.wordsLanguage;
      this.stay = new Stay({ api, store, attention, host, secret, name, seat, resumed, calls: visit.info?.calls, language });
      visit.changed();
    } catch {
      visit.become({ what: "unreachable" });
    }
  }

  /** Until somebody has said yes or no; the seat is a seat like any other then. */
  private async awaitAnswer(secret: string, resumed: boolean): Promise<void> {
    const { visit, store } = this;
    const { begun } = visit;
    const { whileAsking } = await this.loaded.loadInside();
    const answer = await whileAsking(
      () => this.api.seat(secret),
      () => begun === visit.begun && store.seat?.secret === secret,
    );
    if (answer?.ok === true) await this.goInside(secret, answer.value, resumed);
    else if (answer !== null) await this.gone();
  }

  private async failed(secret: string, keysGone: boolean): Promise<void> {
    void this.endStay();
    if (!keysGone) return this.visit.become({ what: "unreachable" });
    // The browser has thrown the keys away: give the seat back and start from the link.
    const unsent = this.store.outbox.filter(({ file }) => file === undefined).map(({ text }) => text);
    this.visit.draft = [...unsent, this.visit.draft].filter((text) => text !== "").join("\n");
    await this.api.leave(secret);
    await this.forget();
    this.visit.startAgain();
  }

  /** The server does not know it any more. */
  private async gone(): Promise<void> {
    const { visit } = this;
    const inside = visit.flow.at === "inside";
    await this.forget();
    if (visit.calling && !inside) return visit.become({ what: "call", refused: LOST });
    visit.become({ what: "seat_gone", haveLink: visit.token !== null });
  }

  private elsewhere(): void {
    void this.endStay();
    this.visit.become({ what: "elsewhere" });
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
