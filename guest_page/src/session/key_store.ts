import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import { CRYPTO_PREFIX, KEYS } from "../wipe.ts";

/** The keys of this seat are not in this browser any more: the seat cannot be used again, a new one is needed. */
export class KeysGone extends Error {
  override name = "KeysGone";
}

export type KeyPlace = "disk" | "memory";

async function storageKey(secret: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`key store of ${secret}`)));
}

/** Some private modes offer IndexedDB and refuse to open one. */
function databasesWork(): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open("probe");
      request.onerror = () => resolve(false);
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase("probe");
        resolve(true);
      };
    } catch {
      resolve(false);
    }
  });
}

/** Whether the key store of an earlier visit is still there; `true` where the browser cannot tell. */
async function keysStillThere(): Promise<boolean> {
  try {
    const listed = await indexedDB.databases?.();
    return listed === undefined || listed.some(({ name }) => name === KEYS);
  } catch {
    return true;
  }
}

/**
 * Opens the seat's key store, encrypted with a key derived from the session secret.
 * `before` = where an earlier visit left the keys it had already published, null at the first visit.
 */
export async function openKeyStore(client: MatrixClient, secret: string, before: KeyPlace | null): Promise<KeyPlace> {
  if (before === "memory" || (before === "disk" && !(await keysStillThere()))) throw new KeysGone();
  if (!(await databasesWork())) {
    if (before !== null) throw new KeysGone();
    await client.initRustCrypto({ useIndexedDB: false });
    return "memory";
  }
  try {
    await client.initRustCrypto({ cryptoDatabasePrefix: CRYPTO_PREFIX, storageKey: await storageKey(secret) });
  } catch (error) {
    if (before !== null) throw new KeysGone("The key store does not open", { cause: error });
    throw error;
  }
  return "disk";
}

/**
 * Device keys first, then cross-signing, all confirmed by the homeserver when this resolves (ARCHITECTURE §4, order at arrival).
 * Appservice users are asked for no password.
 */
export async function publishKeys(client: MatrixClient): Promise<void> {
  const keys = client.getCrypto();
  if (keys === undefined) throw new Error("The key store must be open before keys are published");
  await keys.bootstrapCrossSigning({
    setupNewCrossSigning: true,
    authUploadDeviceSigningKeys: async (upload) => {
      await upload(null);
    },
  });
}

/** For an account that can sign nothing: throws until the homeserver has the keys of this device, which the SDK uploads by itself. */
export async function findKeys(client: MatrixClient): Promise<void> {
  const [user, device] = [client.getSafeUserId(), client.getDeviceId() ?? ""];
  const { device_keys: found } = await client.downloadKeysForUsers([user]);
  if (found[user]?.[device] === undefined) throw new Error("The homeserver does not have the keys yet");
}
