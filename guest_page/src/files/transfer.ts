/** Ciphertext to the homeserver and back, through our gateway. */
import { wholeBody } from "../whole_body.ts";
import { Patience } from "./patience.ts";

/** `lost` = the network, try again; `refused` = too large or not allowed; `all_sent` = no more may come from this place; `stopped` = the person has changed their mind. */
export type NotUploaded = "lost" | "refused" | "all_sent" | "stopped";
export type Uploaded = { result: "done"; url: string } | { result: NotUploaded };

const SHARE_SENT = "TELECONNECT_SHARE_SENT";

/** XMLHttpRequest, because `fetch` does not tell how much has left the device. It ends also on a line that died without a word. */
export function upload(
  gateway: string,
  secret: string,
  data: ArrayBuffer,
  signal: AbortSignal,
  progress: (share: number) => void,
  network: EventTarget = window,
): Promise<Uploaded> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ result: "stopped" });
    const request = new XMLHttpRequest();
    request.open("POST", `${gateway}/_matrix/media/v3/upload`);
    request.setRequestHeader("Authorization", `Bearer ${secret}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    const patience = new Patience(network, () => {
      resolve({ result: "lost" });
      request.abort();
    });
    const abort = (): void => request.abort();
    request.upload.onprogress = ({ loaded, total }) => {
      patience.moved();
      if (total > 0) progress(loaded / total);
    };
    request.upload.onload = () => patience.allHasLeft();
    request.onload = () => {
      const answer = request.response as { content_uri?: unknown; errcode?: unknown } | null;
      const url = answer?.content_uri;
      if (request.status === 200 && typeof url === "string") return resolve({ result: "done", url });
      if (answer?.errcode === SHARE_SENT) return resolve({ result: "all_sent" });
      const refused = request.status >= 400 && request.status < 500 && request.status !== 429 && request.status !== 401;
      resolve({ result: refused ? "refused" : "lost" });
    };
    request.onerror = () => resolve({ result: "lost" });
    request.onabort = () => resolve({ result: "stopped" });
    request.onloadend = () => {
      patience.end();
      signal.removeEventListener("abort", abort);
    };
    signal.addEventListener("abort", abort);
    request.send(data);
  });
}

export async function download(gateway: string, secret: string, url: string, network: EventTarget = window): Promise<ArrayBuffer> {
  const [server = "", media = ""] = url.slice("mxc://".length).split("/");
  const path = `${gateway}/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${encodeURIComponent(media)}`;
  return (await fetchWhole(path, { headers: { Authorization: `Bearer ${secret}` } }, network)).arrayBuffer();
}

/** Throws when it does not come, or stops coming. */
export async function fetchWhole(address: string, how: RequestInit, network: EventTarget = window): Promise<Blob> {
  const abort = new AbortController();
  const patience = new Patience(network, () => abort.abort());
  try {
    const response = await fetch(address, { ...how, signal: abort.signal });
    if (!response.ok) throw new Error("The file did not come");
    return await wholeBody(response, () => patience.moved());
  } finally {
    patience.end();
  }
}
