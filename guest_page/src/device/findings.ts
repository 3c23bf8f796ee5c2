/** What a test found out, and the one word that is told of it (PRODUCT §4.3). */

import type { DeviceTest } from "../api.ts";

export type { DeviceTest };

/**
 * `refused`: by the person or the browser; `failed`: something else uses it, or it is broken; `absent`: this browser gives no page any,
 * as those inside other apps do.
 */
export type MediaState = "works" | "refused" | "missing" | "failed" | "absent";
/** `barred`: the server answers well, but the way that calls take does not open. */
export type NetworkState = "good" | "slow" | "barred" | "lost";

export interface Findings {
  camera: MediaState;
  microphone: MediaState;
  network: NetworkState;
}

/** The first of these that holds decides most about what can be done together. */
export function resultOf({ camera, microphone, network }: Findings): DeviceTest {
  if (microphone !== "works") return "writing_only";
  if (network !== "good") return "poor_network";
  if (camera === "missing") return "no_camera";
  return camera === "works" ? "good" : "audio_only";
}
