import { isAble } from "./able.ts";
import type { Api, DeviceTest, Public } from "./api.ts";
import type { NetworkTest } from "./device/network.ts";
import type { FileProblem, Prepared } from "./files/prepare.ts";
import { type Flow, type Happened, step } from "./flow.ts";
import { Loaded } from "./loaded.ts";
import { type Around, OwnSeat } from "./own_seat.ts";
import { Return } from "./return.ts";
import type { Stay } from "./stay.ts";
import type { Store } from "./store.ts";
import { CATALOGUES, preselect } from "./texts/index.ts";

const PREFETCH_AFTER_MS = 400;

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

/**
 * One person's visit: what they do, and the screen that follows. The screens read and call it with what it holds: what is `loaded`, their
 * `ownSeat`, and the `stay` on it.
 */
export class Visit implements Around {
  flow: Flow = { at: "starting" };
  info: Public | null = null;
  /** Whose page this is, once a link or a seat has said so: empty before, for a link that leads nowhere, and where nothing may say it. */
  from = "";
  fileProblem: FileProblem | null = null;
  /**
   * What stands in the box and was not sent. Words that had not left when the browser lost its keys come here too, for the box of the next
   * place, where the person sends them or not. In this page's memory alone: gone with a reload, the quick exit and every end.
   */
  draft = "";
  /** The link is an interpreter's. */
  interprets = false;
  /** Counts starts: what was asked after an earlier one is not heard any more. */
  begun = 0;
  readonly loaded: Loaded;
  readonly ownSeat: OwnSeat;
  readonly audioAlone: boolean;
  readonly token: string | null;
  readonly calling: boolean;
  readonly changed: () => void;
  private readonly api: Api;
  private readonly store: Store;
  private readonly comingBack: Return;
  private result: DeviceTest | null = null;

  constructor({ api, store, token, calling, audioAlone, changed }: Parts) {
    this.api = api;
    this.store = store;
    this.token = token;
    this.calling = calling;
    this.audioAlone = audioAlone;
    this.changed = changed;
    const reachable = async (): Promise<boolean> => (await api.public()).ok;
    this.comingBack = new Return({ history, network: window, reachable, reload: () => location.reload() });
    this.loaded = new Loaded(changed, () => this.comingBack.inVain);
    this.ownSeat = new OwnSeat(this, api, store, this.loaded);
  }

  get stay(): Stay | null {
    return this.ownSeat.stay;
  }

  get name(): string {
    return this.store.seat?.name ?? "";
  }

  /** There is a link to ask for another one of. */
  get hasLink(): boolean {
    return this.token !== null && !this.calling;
  }

  /** Where an interpreter says that they cannot come. */
  get answerAddress(): string | null {
    return this.token === null ? null : `/i#${this.token}`;
  }

  async start(): Promise<void> {
    const { loaded } = this;
    this.begun++;
    const saved = this.store.seat;
    loaded.expect(saved?.language ?? preselect(navigator.languages, Object.keys(CATALOGUES)));
    const answer = await this.api.public();
    if (!answer.ok) return this.become({ what: "unreachable" });
    this.info = answer.value;
    const offered = answer.value.languages.map(({ code }) => code);
    try {
      await loaded.readIn(saved?.language ?? preselect(navigator.languages, offered));
    } catch {
      return this.become({ what: "unreachable" });
    }
    // A page in the person's own language is worth being loaded once more.
    if (loaded.wordsLanguage !== loaded.language && this.comingBack.once()) return;
    if (!isAble()) return this.become({ what: "unable" });
    if (await this.ownSeat.again(saved)) return;
    if (this.token === null) {
      this.become({ what: "no_link" });
    } else if (this.calling) {
      this.become({ what: "call", refused: null });
      loaded.prefetch();
    } else {
      this.become({ what: "ready" });
      setTimeout(() => loaded.prefetch(), PREFETCH_AFTER_MS);
    }
  }

  startAgain(): void {
    this.become({ what: "start_again" });
    void this.start();
  }

  loadAnew(): void {
    location.reload();
  }

  async choose(language: string): Promise<void> {
    await this.loaded.readIn(language).catch(() => undefined);
    this.changed();
  }

  /** The first thing that is sent anywhere. */
  async continue(): Promise<void> {
    if (this.token === null) return;
    this.become({ what: "busy" });
    const answer = await this.api.open(this.token, this.loaded.language);
    if (answer.ok) {
      this.interprets = answer.value.interpreter;
      // The page on which interpreters answer says why nobody is needed any more.
      if (answer.value.state === "ended" && this.interprets && this.answerAddress !== null) return location.replace(this.answerAddress);
      try {
        await this.loaded.loadInside();
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
    this.loaded.attention?.arm();
    this.become({ what: "busy" });
    try {
      await this.loaded.loadInside();
      this.become({ what: "named", name: chosen });
    } catch {
      this.become({ what: "unreachable" });
    }
  }

  skipTest(): void {
    this.become({ what: "skip_test" });
  }

  async testNetwork(): Promise<NetworkTest> {
    const { testThisNetwork } = await this.loaded.loadInside();
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
    const { flow, loaded, ownSeat } = this;
    if (this.token === null || (flow.at !== "device" && flow.at !== "call")) return;
    const [chosen, terms] = flow.at === "device" ? [flow.name, flow.opened.terms.version] : ["", ""];
    loaded.attention?.arm();
    this.become({ what: "busy" });
    if (!(await ownSeat.hold())) return;
    const request = await ownSeat.requestFor(this.token, chosen, terms, this.result);
    if (request === null) return;
    const answer = await this.api.enter(request, this.calling);
    if (!answer.ok && this.calling) return this.become({ what: "call", refused: answer.status });
    // The terms have changed while they were being read: show the new ones.
    if (!answer.ok && answer.error === "terms") return this.continue();
    await ownSeat.seated(request.secret, answer);
  }

  /** All places are taken: ask for one of them, or with null for one more. */
  async ask(place: string | null): Promise<void> {
    if (this.token === null || this.flow.at !== "full" || this.flow.opened === null) return;
    const { name, opened } = this.flow;
    const { ownSeat } = this;
    this.become({ what: "busy" });
    const request = await ownSeat.requestFor(this.token, name, opened.terms.version, this.result);
    if (request !== null) await ownSeat.seated(request.secret, await this.api.ask({ ...request, place }));
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

  /** A file that the person chose; what is wrong with it stands in `fileProblem` then. */
  async attach(file: File): Promise<void> {
    const { prepareFile } = await this.loaded.loadInside();
    await this.send(await prepareFile(file, this.info?.largest_file ?? 0));
  }

  async send(prepared: Prepared | FileProblem): Promise<void> {
    this.fileProblem = typeof prepared === "string" ? prepared : null;
    if (typeof prepared !== "string") await this.stay?.attach(prepared);
    this.changed();
  }

  become(happened: Happened): void {
    const { comingBack, flow: before, loaded } = this;
    this.flow = step(before, happened);
    const { at } = this.flow;
    if (happened.what === "opened") this.from = happened.opened.name;
    if (happened.what === "seat") this.from = happened.seat.public_name;
    if (at === "starting" || at === "language" || at === "lost") this.from = "";
    if (loaded.awake !== null) loaded.awake.wanted = at === "inside" || at === "asking";
    comingBack.wanted = at === "unreachable";
    if (BEHIND.has(at) && at !== before.at) void loaded.loadInside().catch(() => this.flow.at === at && this.become({ what: "unreachable" }));
    if (this.stay?.room?.joined === true) comingBack.arrived();
    if (at !== before.at && (at === "ended" || at === "moved" || at === "not_me" || at === "refused")) this.end();
    this.changed();
  }

  private end(): void {
    this.draft = "";
    void this.ownSeat.forget();
  }
}
