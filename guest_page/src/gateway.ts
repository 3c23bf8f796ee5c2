/** The event of the window that says that our own server has stopped answering (`session/network.ts` listens). */
export const SILENT = "silent";

/** The event of the window that says that the device has slept: no connection from before is worth waiting for. */
export const WOKEN = "woken";

/** Events of the window after which no connection from before is worth waiting for: what is held is asked for anew, at once. */
export const BACK = ["online", WOKEN];

/** Where this page speaks Matrix: our own origin, never the homeserver's. */
export const GATEWAY = `${globalThis.location?.origin ?? ""}/gw`;
