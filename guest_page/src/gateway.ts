/** The event of the window that says that our own server has stopped answering (`session/network.ts` listens). */
export const SILENT = "silent";

/** Where this page speaks Matrix: our own origin, never the homeserver's. */
export const GATEWAY = `${globalThis.location?.origin ?? ""}/gw`;
