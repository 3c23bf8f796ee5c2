import type { Pause } from "../wakes.ts";

/** Enough for any conversation; a homeserver that never comes to an end must not keep a telephone busy for ever. */
const PAGES_AT_MOST = 20;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

interface Parts {
  /** Where what is older begins; null when nothing is older. */
  from: () => string | null;
  goBackTo: (token: string) => void;
  /** Takes in one page of what is older, and moves `from`. Rejects when it does not come. */
  fetch: () => Promise<unknown>;
  pauses: () => Pause;
}

/** What a sync leaves out of the conversation, because it is older than the last few events: it is fetched until it is here. */
export class History {
  private readonly parts: Parts;
  private working = false;
  private fetching = false;
  private gap: string | null = null;
  private pages = 0;
  private stopped = false;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  stop(): void {
    this.stopped = true;
  }

  /** After a long sleep the newest events alone have come. A page that is on its way belongs before the gap, and would hide it. */
  begunAnew(): void {
    this.pages = 0;
    if (this.fetching) this.gap = this.parts.from();
    void this.work();
  }

  /** A second call while one is at work does nothing. */
  async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    const wait = this.parts.pauses();
    try {
      let pause = FIRST_PAUSE_MS;
      while (!this.stopped && this.pages < PAGES_AT_MOST && this.parts.from() !== null) {
        if (await this.page()) {
          pause = FIRST_PAUSE_MS;
        } else if (!this.stopped) {
          await wait(pause);
          pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
        }
      }
    } finally {
      this.working = false;
    }
  }

  private async page(): Promise<boolean> {
    this.fetching = true;
    try {
      await this.parts.fetch();
      this.pages++;
      return true;
    } catch {
      return false;
    } finally {
      this.fetching = false;
      if (this.gap !== null) this.parts.goBackTo(this.gap);
      this.gap = null;
    }
  }
}
