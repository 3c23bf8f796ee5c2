/** What comes after the first screens; loaded while they are still being read. */
import "./polyfills.ts";
import styleAddress from "./inside.css?url";

export { Attention, ScreenAwake } from "./attention.ts";
export { Behind } from "./screens/behind.tsx";
export { insideTexts } from "./texts/inside/index.ts";
export { whileLeft } from "./left.ts";
export { testNetwork } from "./device/network.ts";
export { prepareFile } from "./files/prepare.ts";
export { Stay } from "./stay.ts";

/** The style of these screens; resolves when it holds, or cannot be had. */
export function addStyle(): Promise<void> {
  if (document.querySelector(`link[href="${styleAddress}"]`) !== null) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: styleAddress });
  return new Promise((resolve) => {
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}
