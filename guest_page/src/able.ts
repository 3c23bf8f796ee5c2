/** A module that does nothing but name a WebAssembly reference type: the newest thing that the cryptography needs. */
const WITH_REFERENCE_TYPES = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 1, 0x6f, 0]);

type Needed = { WebAssembly?: Pick<typeof WebAssembly, "validate"> | undefined; crypto?: Partial<Crypto> | undefined };

/** Whether this browser can do what the page needs: everything else has a way around it. */
export function isAble(browser: Needed = globalThis): boolean {
  try {
    return browser.crypto?.subtle !== undefined && browser.WebAssembly?.validate(WITH_REFERENCE_TYPES) === true;
  } catch {
    return false;
  }
}
