/**
 * What our own code, matrix-js-sdk and its cryptography take for granted and browsers at our floor (Chrome 96, Safari 15.0, Firefox 102)
 * do not all have. First of all in what is fetched behind the first screens; these do without. `test/floor.test.ts` looks after the rest.
 */

/** Given only where the browser has nothing of its own, and in no list of properties. */
function give<T extends object, K extends keyof T>(to: T | undefined, name: K, own: T[K]): void {
  if (to !== undefined && !(name in to)) Object.defineProperty(to, name, { value: own, writable: true, configurable: true });
}

/** Chrome 119, Safari 17.4, Firefox 121. */
give(Promise, "withResolvers", function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: PromiseWithResolvers<T>["resolve"];
  let reject!: PromiseWithResolvers<T>["reject"];
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
});

/** Safari 15.4. */
give(Object, "hasOwn", (object: object, key: PropertyKey) => Object.prototype.hasOwnProperty.call(object, key));

/** Safari 15.4. */
function at<T>(this: ArrayLike<T>, index: number): T | undefined {
  const whole = Math.trunc(index) || 0;
  return this[whole < 0 ? this.length + whole : whole];
}
give(Array.prototype, "at", at);
give(String.prototype, "at", at as (this: ArrayLike<string>, index: number) => string | undefined);
give(Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array, "at", at as (this: ArrayLike<number>, index: number) => number | undefined);

/** Safari 15.4; version 4 of RFC 9562, §5.4. */
function randomUUID(): ReturnType<Crypto["randomUUID"]> {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
give(globalThis.crypto, "randomUUID", randomUUID);

/** Chrome 100, Safari 15.4. */
give(AbortSignal.prototype, "throwIfAborted", function throwIfAborted(this: AbortSignal): void {
  if (this.aborted) throw (this.reason as unknown) ?? new DOMException("This was given up", "AbortError");
});

export {};
