/** The one reader of the page's address (PRODUCT §4.2). */

const LONGEST_TOKEN = 200;

export interface Link {
  /** What stands in the link; the server alone judges it. `null` when there is none. */
  token: string | null;
  /** The address to show instead, so that the token no longer stands in the path; `null` when nothing has to change. */
  address: string | null;
}

/** `/j#token` and `/j/token` mean the same, and so do `/i#token` and `/i/token` on the page of interpreting organisations. */
export function readLink(address: { pathname: string; hash: string }): Link {
  const [, page, inPath] = /^(\/[ji])\/([^/]+)\/?$/.exec(address.pathname) ?? [];
  const written = inPath ?? address.hash.slice(1);
  if (written === "" || written.length > LONGEST_TOKEN) return { token: null, address: page ?? null };
  let token = written;
  try {
    token = decodeURIComponent(written);
  } catch {
    // Not an encoded text: taken as it stands, the server will not know it.
  }
  return { token, address: page === undefined ? null : `${page}#${written}` };
}

/** Reads the link once and takes the token out of the path, without a new history entry. */
export function takeLink(page: { location: { pathname: string; hash: string }; history: Pick<History, "replaceState"> }): string | null {
  const link = readLink(page.location);
  if (link.address !== null) page.history.replaceState(null, "", link.address);
  return link.token;
}

/** Behind the token of a personal link to a call that was rung for without pictures. */
const AUDIO_ALONE = ".audio";

export interface CallLink {
  token: string | null;
  /** The camera is off unless the person switches it on. */
  audioAlone: boolean;
}

/** What a member of the staff's own link to the call says: the token, and whether the call was meant to have pictures. */
export function callLink(written: string | null): CallLink {
  if (written?.endsWith(AUDIO_ALONE) !== true) return { token: written, audioAlone: false };
  return { token: written.slice(0, -AUDIO_ALONE.length), audioAlone: true };
}

/** Names the link without being it: 64 bits of its SHA-256, in hexadecimal. */
export async function linkDigest(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
