/** The calls of the page on which interpreting organisations answer. Every answer is a value; nothing throws. */

export interface Words {
  /** The language the texts are in. */
  language: string;
  direction: "ltr" | "rtl";
  texts: Record<string, string>;
  languages: { code: string; name: string }[];
}

export type Status = "asked" | "confirm" | "accepted" | "taken" | "declined" | "withdrawn" | "not_needed" | "expired" | "over";

export interface Request {
  status: Status;
  /** Goes up with each new time; an answer names the one it was given to. */
  round: number;
  /** Who asks. */
  name: string;
  facts: { label: string; value: string }[];
  may_decline: boolean;
  terms: { version: string; text: string };
}

export type Trouble = "link" | "slow" | "name" | "contact" | "network";

export type Answer = { ok: true; request: Request; changed: boolean } | { ok: false; trouble: Trouble };

const CALLS = "/api/interpreter";
const PATIENCE_MS = 20_000;
/** How long after an answer that did not come, or was none, it is asked for again. */
const AGAIN_AFTER_MS = [1_000, 3_000];

/** The codes of the languages that there are; none when they cannot be fetched. */
export async function offered(): Promise<string[]> {
  const { status, body } = await call("GET", "/api/public");
  return status === 200 ? (body as { languages: { code: string }[] }).languages.map(({ code }) => code) : [];
}

/** The words of the page; null when they cannot be fetched. */
export async function wordsIn(language: string): Promise<Words | null> {
  const { status, body } = await call("GET", `${CALLS}/texts?language=${encodeURIComponent(language)}`);
  return status === 200 ? (body as Words) : null;
}

/** Every call may be repeated and then changes nothing more, so on a bad line it is, before anybody is told that there is no connection. */
export async function ask(what: "view" | "accept" | "decline" | "withdraw", given: Record<string, unknown>): Promise<Answer> {
  let answered = await call("POST", `${CALLS}/${what}`, given);
  for (const pause of AGAIN_AFTER_MS) {
    if (answered.status !== 0 && answered.status < 500) break;
    await new Promise((resolve) => setTimeout(resolve, pause));
    answered = await call("POST", `${CALLS}/${what}`, given);
  }
  const { status, body } = answered;
  if (status === 200) return { ok: true, request: body as Request, changed: false };
  const { error, view } = (typeof body === "object" && body !== null ? body : {}) as { error?: string; view?: Request };
  if (error === "changed" && view !== undefined) return { ok: true, request: view, changed: true };
  return { ok: false, trouble: error === "link" || error === "slow" || error === "name" || error === "contact" ? error : "network" };
}

async function call(method: "GET" | "POST", path: string, given?: Record<string, unknown>): Promise<{ status: number; body: unknown }> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = await fetch(path, {
      method,
      cache: "no-store",
      credentials: "omit",
      signal: patience.signal,
      ...(given !== undefined && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  } catch {
    return { status: 0, body: null };
  } finally {
    clearTimeout(timer);
  }
}
