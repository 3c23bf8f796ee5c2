/** Calls that staff hold by Element (MSC3401, MSC4143): who is in one says so in the room's state, of which the gateway passes on only this. */
export const STAFF_CALL_EVENTS = ["org.matrix.msc3401.call.member", "m.call.member"];

/** Newer clients say it in an encrypted event that sticks for a while (MSC4143, MSC4354). */
const STICKY_CALL_EVENTS = new Set(["org.matrix.msc4143.rtc.member", "m.rtc.member"]);
/** What is left in the event of somebody who has gone. */
const OF_ANYBODY = new Set(["slot_id", "sticky_key", "msc4354_sticky_key"]);

/** Such an event, for as long as it sticks. */
export function saysInStaffCall(type: string, content: Record<string, unknown>): boolean {
  return STICKY_CALL_EVENTS.has(type) && "application" in content && Object.keys(content).some((key) => !OF_ANYBODY.has(key));
}

/** How long somebody is in who does not say how long, and never says that they have gone: a client that broke. */
const USUAL_MS = 4 * 60 * 60 * 1000;

/** `said` is when the event was sent, `now` the present, both in milliseconds of the server's clock. */
export function inStaffCall(content: Record<string, unknown>, said: number, now: number): boolean {
  const { in_call: inCall, expires, created_ts: created } = content;
  if (inCall !== true) return false;
  return now < (typeof created === "number" ? created : said) + (typeof expires === "number" ? expires : USUAL_MS);
}
