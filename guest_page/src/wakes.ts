/** Waiting that ends early when something has happened that the server may know more about (PRODUCT §4: survives sleep and network change). */

/** The device has woken up, the page is looked at, the network is back: a page is told of that in one way or another. */
const OF_THE_DOCUMENT = ["visibilitychange", "resume"];
const OF_THE_WINDOW = ["pageshow", "online"];

/** Resolves after this many milliseconds, or earlier when the device wakes up. */
export type Pause = (milliseconds: number) => Promise<void>;

interface Around {
  document: EventTarget;
  window: EventTarget;
}

/** From `listen()` to `stop()` nothing that wakes is missed: what comes while nobody waits is remembered. */
export class Wakes {
  private readonly around: Around;
  private readonly waiting = new Set<() => void>();
  private woken = false;
  /** How often the device has woken up. */
  private awoke = 0;

  constructor(around: Around = { document, window }) {
    this.around = around;
  }

  listen(): void {
    for (const event of OF_THE_DOCUMENT) this.around.document.addEventListener(event, this.awake);
    for (const event of OF_THE_WINDOW) this.around.window.addEventListener(event, this.awake);
  }

  /** Whoever waits goes on. */
  stop(): void {
    for (const event of OF_THE_DOCUMENT) this.around.document.removeEventListener(event, this.awake);
    for (const event of OF_THE_WINDOW) this.around.window.removeEventListener(event, this.awake);
    this.wake();
  }

  /** Ends every pause now, and the next wait for a turn. */
  readonly wake = (): void => {
    this.woken = true;
    for (const wake of this.waiting) wake();
  };

  /** Until it is time to ask again; at once when something has happened since the last turn, and then the time is not asked for. */
  async turn(milliseconds: () => number): Promise<void> {
    if (!this.woken) await this.pause(milliseconds());
    this.woken = false;
  }

  /** For somebody who tries again and again: the device that wakes up while a try is on its way ends the pause after it. */
  pauses(): Pause {
    let seen = this.awoke;
    return async (milliseconds) => {
      if (seen === this.awoke) await this.pause(milliseconds);
      seen = this.awoke;
    };
  }

  /** So long at most, and not ended by what happened before. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.waiting.add(done);
    });
  }

  private readonly awake = (): void => {
    this.awoke += 1;
    this.wake();
  };
}
