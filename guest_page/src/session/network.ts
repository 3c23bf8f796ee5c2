/** The SDK's way to the gateway, made for slow and unreliable lines. */
import { BACK, SILENT } from "../gateway.ts";
import { wholeBody } from "../whole_body.ts";

/** How long the homeserver is asked to hold a sync in which nothing happens. */
export const HELD_MS = 15_000;
/** Longer nobody waits for what was asked ahead of time: it is asked anew. */
const AHEAD_AT_MOST_MS = 8_000;
/** A sync is given up after so long without a byte: what is later than the hold and a slow line's way is not coming. */
const SILENT_AT_MOST_MS = 22_000;

interface LocalAnswer {
  method: string;
  path: RegExp;
  status: number;
  body: object;
}

const NOT_FOUND = { errcode: "M_NOT_FOUND", error: "Not found" };

/** What the SDK asks by itself and would be told the same by every gateway: answered here, each saves one trip over a slow line. */
const LOCAL: readonly LocalAnswer[] = [
  { method: "GET", path: /\/v3\/pushrules\/$/, status: 200, body: { global: { override: [], content: [], room: [], sender: [], underride: [] } } },
  { method: "POST", path: /\/v3\/user\/[^/]+\/filter$/, status: 200, body: { filter_id: "0" } },
  { method: "GET", path: /\/v3\/capabilities$/, status: 200, body: { capabilities: {} } },
  { method: "GET", path: /\/v3\/room_keys\/version$/, status: 404, body: NOT_FOUND },
  { method: "GET", path: /\/v3\/user\/[^/]+\/account_data\/[^/]+$/, status: 404, body: NOT_FOUND },
  { method: "GET", path: /\/rtc\/transports$/, status: 404, body: { errcode: "M_UNRECOGNIZED", error: "Not here" } },
];

const VERSIONS = /\/_matrix\/client\/versions$/;
let versions: Promise<string | null> | null = null;

/** Asks ahead of time what the homeserver can do; the SDK's first question is answered with it, later ones test the connection. */
export async function prefetchVersions(gateway: string): Promise<void> {
  versions ??= askVersions(`${gateway}/_matrix/client/versions`);
  await versions;
}

async function askVersions(address: string): Promise<string | null> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), AHEAD_AT_MOST_MS);
  try {
    const response = await fetch(address, { signal: abort.signal });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function json(status: number, body: string): Response {
  return new Response(body, { status, headers: { "Content-Type": "application/json" } });
}

/**
 * `fetch` that does not trust a silent connection: a held sync is given up after 22 s of silence, or as soon as the sign of life beside it is
 * not answered. (The SDK alone needs about two minutes to notice a connection that died without a word.)
 */
export function gatewayFetch(network: EventTarget, underlying: typeof fetch = (input, init) => fetch(input, init)): typeof fetch {
  return async (input, init) => {
    const { pathname } = new URL(typeof input === "string" ? input : input instanceof URL ? input.href : input.url);
    const local = LOCAL.find(({ method, path }) => method === (init?.method ?? "GET") && path.test(pathname));
    if (local !== undefined) return json(local.status, JSON.stringify(local.body));
    if (versions !== null && VERSIONS.test(pathname)) {
      const known = await versions;
      versions = null;
      if (known !== null) return json(200, known);
    }
    return pathname.endsWith("/v3/sync") ? watchedSync(network, underlying, input, init) : underlying(input, init);
  };
}

/** The SDK does not notice that a sync was asked for anew: it would wait for seconds before it asks again. */
async function watchedSync(network: EventTarget, underlying: typeof fetch, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  for (;;) {
    const answer = await heldSync(network, underlying, input, init);
    if (answer !== "anew") return answer;
  }
}

async function heldSync(network: EventTarget, underlying: typeof fetch, input: RequestInfo | URL, init?: RequestInit): Promise<Response | "anew"> {
  const abort = new AbortController();
  let anew = false;
  const giveUp = (): void => abort.abort();
  const askAnew = (): void => {
    anew = init?.signal?.aborted !== true;
    abort.abort();
  };
  let timer = setTimeout(giveUp, SILENT_AT_MOST_MS);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, SILENT_AT_MOST_MS);
  };
  for (const event of BACK) network.addEventListener(event, askAnew);
  network.addEventListener(SILENT, giveUp);
  init?.signal?.addEventListener("abort", giveUp);
  try {
    const response = await underlying(input, { ...init, signal: abort.signal });
    const body = await wholeBody(response, alive);
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
  } catch (error) {
    if (anew) return "anew";
    throw error;
  } finally {
    clearTimeout(timer);
    for (const event of BACK) network.removeEventListener(event, askAnew);
    network.removeEventListener(SILENT, giveUp);
    init?.signal?.removeEventListener("abort", giveUp);
  }
}
