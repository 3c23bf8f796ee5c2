/** The SDK's way to the gateway, made for slow and unreliable lines. */
import { SILENT, WOKEN } from "../gateway.ts";

/** Events of the window after which a held sync is worth nothing: the network came back, our own server has stopped answering, or the device has slept. */
const GIVE_UP_AT = ["online", SILENT, WOKEN];
const LONGEST_SYNC_MS = 40_000;

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
  versions ??= fetch(`${gateway}/_matrix/client/versions`)
    .then((response) => (response.ok ? response.text() : null))
    .catch(() => null);
  await versions;
}

function json(status: number, body: string): Response {
  return new Response(body, { status, headers: { "Content-Type": "application/json" } });
}

/**
 * `fetch` that does not trust a silent connection: a held sync is given up after 40 s, and at once when the browser says that it is
 * online again or when the sign of life beside it is not answered. (The SDK alone needs about two minutes to notice a connection that died without a word.)
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

async function watchedSync(network: EventTarget, underlying: typeof fetch, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const abort = new AbortController();
  const giveUp = (): void => abort.abort();
  const timer = setTimeout(giveUp, LONGEST_SYNC_MS);
  for (const event of GIVE_UP_AT) network.addEventListener(event, giveUp);
  init?.signal?.addEventListener("abort", giveUp);
  try {
    const response = await underlying(input, { ...init, signal: abort.signal });
    const body = await response.arrayBuffer();
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
  } finally {
    clearTimeout(timer);
    for (const event of GIVE_UP_AT) network.removeEventListener(event, giveUp);
    init?.signal?.removeEventListener("abort", giveUp);
  }
}
