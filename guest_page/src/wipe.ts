/** Where matrix-js-sdk keeps its keys, and where ciphertexts wait; known here for browsers that cannot list their databases. */
export const CRYPTO_PREFIX = "session";
export const KEYS = `${CRYPTO_PREFIX}::matrix-sdk-crypto`;
export const CIPHERTEXTS = "files";
const KNOWN_DATABASES = [KEYS, `${KEYS}-meta`, CIPHERTEXTS];

async function databaseNames(): Promise<string[]> {
  const listed = await indexedDB.databases?.().catch(() => []);
  return [...new Set([...KNOWN_DATABASES, ...(listed ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]))])];
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    // A database still open elsewhere is deleted by the browser once it is closed; its key is gone already.
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

/**
 * Removes everything the page keeps in this browser. Never fails: what one browser refuses must not keep the rest.
 * The secret goes first and at once; the key store is encrypted with a key derived from it.
 */
export async function wipeBrowser(): Promise<void> {
  for (const clear of [() => localStorage.clear(), () => sessionStorage.clear()]) {
    try {
      clear();
    } catch {
      // Storage refused: then nothing is kept there.
    }
  }
  const caching = async (): Promise<void> => {
    if ("caches" in globalThis) for (const name of await caches.keys()) await caches.delete(name);
  };
  const databases = async (): Promise<void> => {
    await Promise.all((await databaseNames()).map(deleteDatabase));
  };
  await Promise.allSettled([caching(), databases()]);
}
