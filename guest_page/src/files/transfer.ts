/** Ciphertext to the homeserver and back, through our gateway. */

/** `lost` = the network, try again; `refused` = too large or not allowed; `stopped` = the person has changed their mind. */
export type Uploaded = { result: "done"; url: string } | { result: "lost" | "refused" | "stopped" };

/** XMLHttpRequest, because `fetch` does not tell how much has left the device. */
export function upload(gateway: string, secret: string, data: ArrayBuffer, signal: AbortSignal, progress: (share: number) => void): Promise<Uploaded> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${gateway}/_matrix/media/v3/upload`);
    request.setRequestHeader("Authorization", `Bearer ${secret}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => total > 0 && progress(loaded / total);
    request.onload = () => {
      const url = (request.response as { content_uri?: unknown } | null)?.content_uri;
      if (request.status === 200 && typeof url === "string") return resolve({ result: "done", url });
      const refused = request.status >= 400 && request.status < 500 && request.status !== 429 && request.status !== 401;
      resolve({ result: refused ? "refused" : "lost" });
    };
    request.onerror = request.ontimeout = () => resolve({ result: "lost" });
    request.onabort = () => resolve({ result: "stopped" });
    signal.addEventListener("abort", () => request.abort());
    if (signal.aborted) return resolve({ result: "stopped" });
    request.send(data);
  });
}

/** Throws when it does not come. */
export async function download(gateway: string, secret: string, url: string): Promise<ArrayBuffer> {
  const [server = "", media = ""] = url.slice("mxc://".length).split("/");
  const path = `${gateway}/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${encodeURIComponent(media)}`;
  const response = await fetch(path, { headers: { Authorization: `Bearer ${secret}` } });
  if (!response.ok) throw new Error("The file did not come");
  return response.arrayBuffer();
}
