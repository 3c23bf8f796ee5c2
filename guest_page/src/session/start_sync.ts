import type { IStartClientOpts, MatrixClient } from "matrix-js-sdk/lib/client.js";
import type { SyncApi } from "matrix-js-sdk/lib/sync.js";

/**
 * Begins to sync, unless `stopped` holds by then. The SDK first asks what the homeserver can do, and begins all the same when it was stopped
 * meanwhile; such a sync would take from the page that is open elsewhere, or comes after this one, the keys that are sent to it.
 */
export async function startSync(client: MatrixClient, how: IStartClientOpts, stopped: () => boolean): Promise<void> {
  await client.startClient(how);
  // Whoever has a network again asks anew by themselves (`network.ts`, `Conversation`); the SDK's own question leaves an error that nobody hears.
  window.removeEventListener("online", (client["syncApi"] as SyncApi)["onOnline"]);
  if (!stopped()) return;
  // Else it does nothing, because it was stopped before.
  client.clientRunning = true;
  client.stopClient();
}
