/** Which screen stands there, as a tagged union, and the one pure function that changes it (PRODUCT §4). */
import type { Opened, Refusal, Seat } from "./api.ts";

export type Problem = "network" | "name" | "slow" | "other";

export type Flow =
  | { at: "starting" }
  | { at: "unreachable" }
  | { at: "unable" }
  | { at: "language"; busy: boolean; problem: Problem | null }
  | { at: "terms"; opened: Opened; name: string; busy: boolean; problem: Problem | null }
  /** The device test; `skipped`: what stands there instead. From both one enters. */
  | { at: "device"; opened: Opened; name: string; skipped: boolean; busy: boolean; problem: Problem | null }
  | { at: "early"; opensAt: string; busy: boolean; problem: Problem | null }
  /** Behind the personal link of staff: a button, and nothing sent before it is pressed. */
  | { at: "call"; busy: boolean; refused: number | null }
  | { at: "lost"; busy: boolean; problem: Problem | null }
  /** A new link was asked for. */
  | { at: "asked" }
  /** `opened` null: somebody else's word that it is full, from where one cannot ask. */
  | { at: "full"; opened: Opened | null; name: string; taken: string[]; more: boolean; busy: boolean; problem: Problem | null }
  | { at: "asking" }
  | { at: "refused" }
  | { at: "not_me" }
  | { at: "inside"; seat: Seat }
  | { at: "elsewhere" }
  | { at: "left" }
  | { at: "ended"; reason: Seat["ended_reason"] }
  | { at: "moved" };

export type Happened =
  | { what: "ready" }
  | { what: "unreachable" }
  | { what: "unable" }
  | { what: "no_link" }
  | { what: "busy" }
  /** `refused`: the HTTP status of the server's no. */
  | { what: "call"; refused: number | null }
  | { what: "opened"; opened: Opened }
  | { what: "refused"; refusal: Refusal }
  | { what: "name_missing" }
  | { what: "asked" }
  | { what: "named"; name: string }
  | { what: "skip_test" }
  | { what: "not_me" }
  | { what: "seat"; seat: Seat }
  | { what: "seat_gone"; haveLink: boolean }
  | { what: "elsewhere" }
  | { what: "left" }
  | { what: "start_again" };

const LOST: Flow = { at: "lost", busy: false, problem: null };

/** Nothing that arrives late may lead out of these; only the person's own new start does. */
const FINAL: ReadonlySet<Flow["at"]> = new Set(["ended", "moved", "not_me"]);

export function step(flow: Flow, happened: Happened): Flow {
  if (happened.what === "start_again") return { at: "starting" };
  if (FINAL.has(flow.at)) return flow;
  switch (happened.what) {
    case "ready":
      return { at: "language", busy: false, problem: null };
    case "unreachable":
      return { at: "unreachable" };
    case "unable":
      return { at: "unable" };
    case "call":
      return { at: "call", busy: false, refused: happened.refused };
    case "no_link":
      return LOST;
    case "busy":
      return "busy" in flow ? { ...flow, busy: true, ...("problem" in flow && { problem: null }) } : flow;
    case "opened":
      return afterOpening(happened.opened);
    case "refused":
      return afterRefusal(flow, happened.refusal);
    case "name_missing":
      return flow.at === "terms" ? { ...flow, busy: false, problem: "name" } : flow;
    case "asked":
      return { at: "asked" };
    case "named":
      return flow.at === "terms" ? { ...flow, at: "device", name: happened.name, skipped: false, busy: false, problem: null } : flow;
    case "skip_test":
      return flow.at === "device" ? { ...flow, skipped: true } : flow;
    case "not_me":
      return { at: "not_me" };
    case "seat":
      return afterSeat(flow, happened.seat);
    case "seat_gone":
      return seatGone(flow, happened.haveLink);
    case "elsewhere":
      return { at: "elsewhere" };
    case "left":
      return { at: "left" };
  }
}

function afterOpening(opened: Opened): Flow {
  switch (opened.state) {
    case "open":
      return { at: "terms", opened, name: "", busy: false, problem: null };
    case "early":
      return opened.opens_at === null ? LOST : { at: "early", opensAt: opened.opens_at, busy: false, problem: null };
    case "ended":
      return { at: "ended", reason: null };
  }
}

function afterRefusal(flow: Flow, refusal: Refusal): Flow {
  if (refusal.status === 404) return LOST;
  if (refusal.status === 409) {
    const { taken, more } = refusal;
    // Asked in vain: somebody else asks already, or the place was taken meanwhile.
    const problem = flow.at === "full" ? "other" : null;
    const known = "opened" in flow && "name" in flow ? { opened: flow.opened, name: flow.name } : { opened: null, name: "" };
    return { at: "full", ...known, taken, more, busy: false, problem };
  }
  if (refusal.status === 425 && refusal.opensAt !== null) return { at: "early", opensAt: refusal.opensAt, busy: false, problem: null };
  const problem: Problem = refusal.status === 0 || refusal.status >= 500 ? "network" : refusal.status === 429 ? "slow" : refusal.error === "name" ? "name" : "other";
  if (problem === "name" && flow.at === "device") return { at: "terms", opened: flow.opened, name: flow.name, busy: false, problem };
  if ("problem" in flow) return { ...flow, busy: false, problem };
  return "busy" in flow ? { ...flow, busy: false } : flow;
}

function afterSeat(flow: Flow, seat: Seat): Flow {
  if (flow.at === "elsewhere") return flow;
  if (seat.status === "ended") return { at: "ended", reason: seat.ended_reason };
  if (seat.status === "moved") return { at: "moved" };
  if (flow.at === "left") return flow;
  if (seat.status === "asking" || seat.status === "refused") return { at: seat.status };
  return { at: "inside", seat };
}

/** The server does not know the seat (any more): who was inside, or may come back, is told so; who just came starts from the link. */
function seatGone(flow: Flow, haveLink: boolean): Flow {
  if (flow.at === "inside" || flow.at === "left") return { at: "ended", reason: null };
  return haveLink ? { at: "language", busy: false, problem: null } : LOST;
}
