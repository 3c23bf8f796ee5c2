import { serverNow } from "../clock.ts";
import type { Ciphertexts } from "../files/ciphertexts.ts";
import { decryptFile, encryptFile } from "../files/encrypted_file.ts";
import { sniff } from "../files/kinds.ts";
import type { Prepared } from "../files/prepare.ts";
import type { SharedFile } from "../files/shared_file.ts";
import { download, type NotUploaded, upload } from "../files/transfer.ts";
import type { Unsent } from "../store.ts";

export type UnsentFile = Unsent & { file: NonNullable<Unsent["file"]> };

interface Parts {
  gateway: string;
  secret: string;
  ciphertexts: Ciphertexts;
  /** How far an upload is has changed. */
  changed: () => void;
}

/** The room's files as this browser has them: on their way up, and opened. Nothing in the clear is kept beyond the page. */
export class Files {
  private readonly parts: Parts;
  private readonly opened = new Map<string, Promise<Blob>>();
  private readonly takenBack = new Set<string>();
  private stopped = false;
  private readonly underWay = new Map<string, { share: number; abort: AbortController }>();

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /**
   * Encrypted and kept, so that a reload does not lose it; null when the stay has ended meanwhile, and nothing may be kept any more.
   * Rejects when the device does not give it any more.
   */
  async add(txn: string, { data, ...described }: Prepared): Promise<UnsentFile | null> {
    const { data: ciphertext, source } = await encryptFile(await data.arrayBuffer());
    if (this.stopped) return null;
    await this.parts.ciphertexts.put(txn, ciphertext);
    if (this.stopped) return null;
    return { txn, text: "", at: serverNow(), file: { ...described, size: data.size, source } };
  }

  /** From here on nothing is written to the browser: it may have been wiped. */
  stop(): void {
    this.stopped = true;
    for (const { abort } of this.underWay.values()) abort.abort();
  }

  /** From 0 to 1 while the file is being uploaded. */
  progress(txn: string): number | null {
    return this.underWay.get(txn)?.share ?? null;
  }

  /** The same with the address of the uploaded ciphertext; else why not. `gone` = this browser has not kept it over a reload. */
  async upload(unsent: UnsentFile): Promise<UnsentFile | NotUploaded | "gone"> {
    if (unsent.file.source.url !== "") return unsent;
    const ciphertext = await this.parts.ciphertexts.get(unsent.txn);
    if (this.stopped || this.takenBack.has(unsent.txn)) return "stopped";
    if (ciphertext === undefined) return "gone";
    const under = { share: 0, abort: new AbortController() };
    this.underWay.set(unsent.txn, under);
    const { gateway, secret, changed } = this.parts;
    const done = await upload(gateway, secret, ciphertext, under.abort.signal, (share) => {
      under.share = share;
      changed();
    });
    this.underWay.delete(unsent.txn);
    if (done.result !== "done") return done.result;
    return { ...unsent, file: { ...unsent.file, source: { ...unsent.file.source, url: done.url } } };
  }

  /** The file was sent or taken back. */
  async forget(txn: string): Promise<void> {
    this.underWay.get(txn)?.abort.abort();
    this.underWay.delete(txn);
    this.takenBack.add(txn);
    if (!this.stopped) await this.parts.ciphertexts.remove(txn);
  }

  /** Fetched and decrypted once. Its type is what its bytes say: never one that a browser would run as a page of ours. */
  open({ source }: SharedFile): Promise<Blob> {
    const before = this.opened.get(source.url);
    if (before !== undefined) return before;
    const opening = this.fetch(source);
    this.opened.set(source.url, opening);
    opening.catch(() => this.opened.delete(source.url));
    return opening;
  }

  private async fetch(source: SharedFile["source"]): Promise<Blob> {
    const { gateway, secret } = this.parts;
    const plain = new Blob([await decryptFile(await download(gateway, secret, source.url), source)]);
    const { type } = await sniff(plain);
    return plain.slice(0, plain.size, type);
  }
}
