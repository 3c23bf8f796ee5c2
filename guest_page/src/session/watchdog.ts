const LONGEST_SYNC_MS = 40_000;

/**
 * `fetch` that does not trust a silent connection: a held sync is given up after 40 s, and at once when the browser says that it is
 * online again. (The SDK alone needs about two minutes to notice a connection that died without a word.)
 */
export function watchedFetch(network: EventTarget, underlying: typeof fetch = (input, init) => fetch(input, init)): typeof fetch {
  return async (input, init) => {
    const address = typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
    if (!address.includes("/v3/sync")) return underlying(input, init);
    const abort = new AbortController();
    const giveUp = (): void => abort.abort();
    const timer = setTimeout(giveUp, LONGEST_SYNC_MS);
    network.addEventListener("online", giveUp);
    init?.signal?.addEventListener("abort", giveUp);
    try {
      const response = await underlying(input, { ...init, signal: abort.signal });
      const body = await response.arrayBuffer();
      return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
    } finally {
      clearTimeout(timer);
      network.removeEventListener("online", giveUp);
      init?.signal?.removeEventListener("abort", giveUp);
    }
  };
}
