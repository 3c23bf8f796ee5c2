import { between, jumped, type Moment } from "./moment.ts";

/** How often a page says that somebody is there (PRODUCT §4, presence). */
export const BEAT_MS = 15_000;
/** A timer may end a little early. */
const EARLY_MS = 1_000;

export interface Beat extends Moment {
  visible: boolean;
}

/** Whether the server is told now that the person is there: in time, when the page is shown or hidden, and at once after a sleep. */
export function isDue(last: Beat | null, now: Beat): boolean {
  return last === null || now.visible !== last.visible || between(last, now) >= BEAT_MS - EARLY_MS || jumped(last, now);
}
