/** What comes after the first screens; loaded while they are still being read. */
import "./polyfills.ts";
import styleAddress from "./inside.css?url";
import { type NetworkTest, testNetwork } from "./device/network.ts";
import { GATEWAY } from "./gateway.ts";
import { load } from "./load.ts";

export { Attention, ScreenAwake } from "./attention.ts";
export { Behind } from "./screens/behind.tsx";
export { insideTexts } from "./texts/inside/index.ts";
export { whileAsking } from "./asking.ts";
export { whileLeft } from "./left.ts";
export { prepareFile } from "./files/prepare.ts";
export { Stay } from "./stay.ts";

/** Of this browser; with a relay's address also of the way of calls. */
export function testThisNetwork(relay: Parameters<typeof testNetwork>[1]): Promise<NetworkTest> {
  const peer = globalThis.RTCPeerConnection as typeof RTCPeerConnection | undefined;
  return testNetwork(GATEWAY, relay, { fetch: (input, init) => fetch(input, init), now: () => performance.now(), peer });
}

/** Downloads what the session needs, ahead of time. A failure now is tried again then. */
export function prepareSession(): void {
  void import("./session/index.ts").then((session) => session.prepare(GATEWAY)).catch(() => undefined);
}

/** The style of these screens; resolves when it holds, or cannot be had. */
export async function addStyle(): Promise<void> {
  if (document.querySelector(`link[href="${styleAddress}"]`) === null) await load(fetchStyle).catch(() => undefined);
}

function fetchStyle(): Promise<void> {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: styleAddress });
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error("The style did not come"));
    };
    document.head.append(link);
  });
}
