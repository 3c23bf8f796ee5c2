/** How long something large may stand still on its way before it counts as lost. */
import { BACK, SILENT } from "../gateway.ts";

const WITHOUT_PROGRESS_MS = 30_000;
/** All has left the page; the device may still hold much of it, which a slow line takes without a sign, and the sign of life has to wait behind it. */
const FOR_AN_ANSWER_MS = 60_000;
/** The line is in doubt: what moves on it is left alone, for it may itself be what keeps the sign of life waiting. */
const IN_DOUBT_MS = 10_000;

/** Calls `lost` once, unless it was ended before. */
export class Patience {
  private readonly network: EventTarget;
  private readonly lost: () => void;
  private inDoubt = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(network: EventTarget, lost: () => void) {
    this.network = network;
    this.lost = () => {
      this.end();
      lost();
    };
    for (const event of BACK) network.addEventListener(event, this.doubt);
    network.addEventListener(SILENT, this.doubt);
    this.moved();
  }

  moved(): void {
    this.inDoubt = false;
    this.wait(WITHOUT_PROGRESS_MS);
  }

  allHasLeft(): void {
    this.network.removeEventListener(SILENT, this.doubt);
    this.wait(FOR_AN_ANSWER_MS);
  }

  end(): void {
    clearTimeout(this.timer);
    for (const event of BACK) this.network.removeEventListener(event, this.doubt);
    this.network.removeEventListener(SILENT, this.doubt);
  }

  /** Said again it makes nothing later. */
  private readonly doubt = (): void => {
    if (!this.inDoubt) this.wait(IN_DOUBT_MS);
    this.inDoubt = true;
  };

  private wait(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.lost, milliseconds);
  }
}
