/** Everything that speaks Matrix. Reached through `import()` alone, so that the first screen stays small. */
import "../polyfills.ts";
import { initAsync } from "@matrix-org/matrix-sdk-crypto-wasm";
// By its place, because the package exports no other name for it.
import wasmAddress from "../../node_modules/@matrix-org/matrix-sdk-crypto-wasm/pkg/matrix_sdk_crypto_wasm_bg.wasm?url";
import { ClientEvent, MatrixClient } from "matrix-js-sdk/lib/client.js";
import { MemoryStore } from "matrix-js-sdk/lib/store/memory.js";
import { SyncState } from "matrix-js-sdk/lib/sync.js";
import { fetchWhole } from "../files/transfer.ts";
import type { Store } from "../store.ts";
import { type Around, Conversation } from "./conversation.ts";
import { findKeys, KeysGone, openKeyStore, publishKeys } from "./key_store.ts";
import { gatewayFetch, HELD_MS, prefetchVersions } from "./network.ts";
import { startSync } from "./start_sync.ts";

export { KeysGone };
export type { Conversation };

const REQUEST_TIMEOUT_MS = 30_000;
const PUBLISH_AGAIN_MS = 2_000;
const LOOK_AGAIN_MS = 500;

let prepared: Promise<void> | undefined;

/** Downloads and compiles the cryptography ahead of time; safe to call at any moment and as often as one likes. */
export function prepare(gateway: string): Promise<void> {
  void prefetchVersions(gateway);
  prepared ??= load().catch((error: unknown) => {
    prepared = undefined;
    throw error;
  });
  return prepared;
}

/**
 * The library remembers a failed download for ever, and waits for ever for one that has stopped coming, so the file is fetched first;
 * the library then finds it in the browser's cache.
 */
async function load(): Promise<void> {
  await fetchWhole(wasmAddress, {});
  await Promise.all([initAsync(), import("matrix-js-sdk/lib/rust-crypto/index.js")]);
}

export interface Seat {
  /** Where the gateway is, without a slash at the end. */
  gateway: string;
  secret: string;
  user: string;
  device: string;
  bot: string;
  name: string;
  /** A native Matrix guest, which may do less. */
  native: boolean;
}

export interface Opened {
  /** Its key store is open, and is closed again by `stop()`. */
  conversation: Conversation;
  /** When it resolves, device keys and cross-signing are on the homeserver and the sync runs. */
  start(): Promise<void>;
}

/** Opens the key store; `prepare` comes before. */
export async function openConversation(seat: Seat, store: Store, around: Around): Promise<Opened> {
  const saved = store.seat;
  const before = saved?.keys === true ? saved.crypto : null;
  const client = new MatrixClient({
    baseUrl: seat.gateway,
    userId: seat.user,
    deviceId: seat.device,
    accessToken: seat.secret,
    store: new MemoryStore(),
    timelineSupport: true,
    localTimeoutMs: REQUEST_TIMEOUT_MS,
    disableVoip: true,
    fetchFn: gatewayFetch(window),
  });
  client.setGuest(seat.native);
  store.update({ crypto: await openKeyStore(client, seat.secret, before) });
  const conversation = new Conversation(client, seat, store, around);
  return { conversation, start: () => start(client, conversation, seat, store, around, before === null) };
}

async function start(client: MatrixClient, conversation: Conversation, seat: Seat, store: Store, around: Around, first: boolean): Promise<void> {
  if (conversation.stopped) return;
  const synced = new Promise<void>((resolve) => {
    const check = (state: SyncState): void => {
      if (state === SyncState.Prepared || state === SyncState.Syncing) {
        client.off(ClientEvent.Sync, check);
        resolve();
      }
    };
    client.on(ClientEvent.Sync, check);
  });
  await startSync(client, { initialSyncLimit: 50, lazyLoadMembers: false, pollTimeout: HELD_MS }, () => conversation.stopped);
  if (first) await publish(client, conversation, seat, store, around);
  await synced;
}

/** Goes on until the homeserver has confirmed the keys; beside the first sync, which needs nothing of it. A native guest's go up with that. */
async function publish(client: MatrixClient, conversation: Conversation, { native }: Seat, store: Store, around: Around): Promise<void> {
  const wait = around.pauses();
  while (!conversation.stopped) {
    try {
      await (native ? findKeys(client) : publishKeys(client));
      return store.update({ keys: true });
    } catch {
      await wait(native ? LOOK_AGAIN_MS : PUBLISH_AGAIN_MS);
    }
  }
}
