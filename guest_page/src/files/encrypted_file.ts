/** Matrix's EncryptedFile, version v2 (client-server specification, "Sending encrypted attachments"). */

export interface EncryptedFile {
  v: "v2";
  /** `mxc://…`; empty until the ciphertext has been uploaded. */
  url: string;
  key: { alg: "A256CTR"; kty: "oct"; k: string; key_ops: string[]; ext: true };
  iv: string;
  hashes: { sha256: string };
}

/** Half of the counter block is random, the other half counts: two blocks of one file never share a key stream. */
const RANDOM_BYTES = 8;
const COUNTER_BITS = 64;

export class Damaged extends Error {
  override name = "Damaged";
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/=+$/, "");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

async function digest(data: ArrayBuffer): Promise<string> {
  return base64(new Uint8Array(await crypto.subtle.digest("SHA-256", data)));
}

export async function encryptFile(plain: ArrayBuffer): Promise<{ data: ArrayBuffer; source: EncryptedFile }> {
  const counter = new Uint8Array(16);
  crypto.getRandomValues(counter.subarray(0, RANDOM_BYTES));
  const key = await crypto.subtle.generateKey({ name: "AES-CTR", length: 256 }, true, ["encrypt", "decrypt"]);
  const data = await crypto.subtle.encrypt({ name: "AES-CTR", counter, length: COUNTER_BITS }, key, plain);
  const { k } = await crypto.subtle.exportKey("jwk", key);
  if (k === undefined) throw new Error("The browser has made no key");
  return {
    data,
    source: {
      v: "v2",
      url: "",
      key: { alg: "A256CTR", kty: "oct", k, key_ops: ["encrypt", "decrypt"], ext: true },
      iv: base64(counter),
      hashes: { sha256: await digest(data) },
    },
  };
}

/** Throws `Damaged` when these are not the bytes that were sent. */
export async function decryptFile(data: ArrayBuffer, source: EncryptedFile): Promise<ArrayBuffer> {
  if ((await digest(data)) !== source.hashes.sha256.replace(/=+$/, "")) throw new Damaged();
  const key = await crypto.subtle.importKey("jwk", source.key, { name: "AES-CTR" }, false, ["decrypt"]);
  return crypto.subtle.decrypt({ name: "AES-CTR", counter: bytesOf(source.iv), length: COUNTER_BITS }, key, data);
}

/** What an event says about its file, read with distrust; null when it is no file that can be decrypted. */
export function readEncryptedFile(value: unknown): EncryptedFile | null {
  if (typeof value !== "object" || value === null) return null;
  const { v, url, key, iv, hashes } = value as Record<string, unknown>;
  if (v !== "v2" || typeof url !== "string" || !MXC.test(url) || typeof iv !== "string") return null;
  const { alg, k } = (key ?? {}) as Record<string, unknown>;
  const { sha256 } = (hashes ?? {}) as Record<string, unknown>;
  if (alg !== "A256CTR" || typeof k !== "string" || typeof sha256 !== "string") return null;
  return { v, url, key: { alg, kty: "oct", k, key_ops: ["encrypt", "decrypt"], ext: true }, iv, hashes: { sha256 } };
}

const MXC = /^mxc:\/\/[^/?#]+\/[\w-]+$/;
