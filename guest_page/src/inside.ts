/** What comes after the first screens; loaded while they are still being read. */
import "./polyfills.ts";
import styleAddress from "./inside.css?url";
import { load } from "./load.ts";

export { Attention, ScreenAwake } from "./attention.ts";
export { Behind } from "./screens/behind.tsx";
export { insideTexts } from "./texts/inside/index.ts";
export { whileLeft } from "./left.ts";
export { testNetwork } from "./device/network.ts";
export { prepareFile } from "./files/prepare.ts";
export { Stay } from "./stay.ts";

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
