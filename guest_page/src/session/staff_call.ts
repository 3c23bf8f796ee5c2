/** Calls that staff hold by Element (MSC3401, MSC4143): who is in one says so in the room's state, of which the gateway passes on only this. */
export const STAFF_CALL_EVENTS = ["org.matrix.msc3401.call.member", "m.call.member"];

/** How long somebody is in who does not say how long, and never says that they have gone: a client that broke. */
const USUAL_MS = 4 * 60 * 60 * 1000;

/** `said` is when the event was sent, `now` the present, both in milliseconds of the server's clock. */
export function inStaffCall(content: Record<string, unknown>, said: number, now: number): boolean {
  const { in_call: inCall, expires, created_ts: created } = content;
  if (inCall !== true) return false;
  return now < (typeof created === "number" ? created : said) + (typeof expires === "number" ? expires : USUAL_MS);
}
