/** The way back to a page that could not be reached, without anybody pressing anything (PRODUCT §4, "survives network loss"). */

const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/** How long to wait before the page is loaded once more: longer each time in a row that loading it did not help. */
export function pauseBefore(loads: number): number {
  return Math.min(FIRST_MS * 2 ** loads, LONGEST_MS);
}

interface Surroundings {
  history: Pick<History, "state" | "replaceState">;
  /** Where `online` is heard. */
  network: EventTarget;
  /** The server answers. */
  reachable: () => Promise<boolean>;
  reload: () => void;
}

/** How often the page was loaded in a row stands in the entry of the history, which outlives a reload and is no storage. */
export class Return {
  private readonly around: Surroundings;
  private stop: (() => void) | null = null;

  constructor(around: Surroundings) {
    this.around = around;
  }

  /** Set: ask the server again and again, and load the page when it answers. */
  set wanted(wanted: boolean) {
    if (wanted && this.stop === null) this.begin();
    if (!wanted) this.stop?.();
  }

  /** Loads the page now, unless that was in vain just before; false when it does not. For what is missing, but can be done without. */
  once(): boolean {
    if (this.loads > 0) return false;
    this.loads++;
    this.around.reload();
    return true;
  }

  /** The page was loaded anew, and it does not work yet. */
  get inVain(): boolean {
    return this.loads > 0;
  }

  /** It works again. */
  arrived(): void {
    if (this.loads > 0) this.loads = 0;
  }

  private get loads(): number {
    const state: unknown = this.around.history.state;
    return typeof state === "object" && state !== null && "loads" in state && typeof state.loads === "number" ? state.loads : 0;
  }

  private set loads(loads: number) {
    this.around.history.replaceState({ loads }, "");
  }

  private begin(): void {
    const { network, reachable, reload } = this.around;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      const there = await reachable();
      if (stopped) return;
      if (!there) return wait();
      this.stop?.();
      this.loads++;
      reload();
    };
    const soon = (): void => void ask();
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(soon, pauseBefore(this.loads));
    };
    this.stop = () => {
      stopped = true;
      clearTimeout(timer);
      network.removeEventListener("online", soon);
      this.stop = null;
    };
    network.addEventListener("online", soon);
    wait();
  }
}
