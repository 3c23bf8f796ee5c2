/** The time as our own server has it: the clock of many a telephone is wrong, by minutes or by years. */

/** What the way of an answer may take; a difference below this is none. */
const TOLERATED_MS = 30_000;

let ahead = 0;

/** Of each answer of the server, its header `Date`. */
export function heardDate(header: string | null, now: number = Date.now()): void {
  const said = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(said)) return;
  ahead = Math.abs(said - now) > TOLERATED_MS ? said - now : 0;
}

/** Milliseconds since 1970. */
export function serverNow(): number {
  return Date.now() + ahead;
}
