/** Ciphertexts that wait to be uploaded, kept over a reload. Without their keys, which the outbox holds, they are noise. */
import { CIPHERTEXTS } from "../wipe.ts";

const STORE = "ciphertexts";

export interface Ciphertexts {
  put(txn: string, data: ArrayBuffer): Promise<void>;
  get(txn: string): Promise<ArrayBuffer | undefined>;
  remove(txn: string): Promise<void>;
}

/** In the browser's database, or for as long as the page lives where the browser refuses one. */
export class BrowserCiphertexts implements Ciphertexts {
  private readonly memory = new Map<string, ArrayBuffer>();

  async put(txn: string, data: ArrayBuffer): Promise<void> {
    this.memory.set(txn, data);
    await this.use("readwrite", (store) => store.put(data, txn)).catch(() => undefined);
  }

  async get(txn: string): Promise<ArrayBuffer | undefined> {
    return this.memory.get(txn) ?? (await this.use<ArrayBuffer | undefined>("readonly", (store) => store.get(txn)).catch(() => undefined));
  }

  async remove(txn: string): Promise<void> {
    this.memory.delete(txn);
    await this.use("readwrite", (store) => store.delete(txn)).catch(() => undefined);
  }

  private async use<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    const database = await open();
    try {
      return await new Promise<T>((resolve, reject) => {
        const request = act(database.transaction(STORE, mode).objectStore(STORE));
        request.onsuccess = () => resolve(request.result as T);
        request.onerror = () => reject(new Error("The browser's database failed"));
      });
    } finally {
      database.close();
    }
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(CIPHERTEXTS, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(new Error("The browser refuses a database"));
  });
}
