/** Where this page speaks Matrix: our own origin, never the homeserver's. */
export const GATEWAY = `${globalThis.location?.origin ?? ""}/gw`;
