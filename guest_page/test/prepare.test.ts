import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { prepareFile } from "../src/files/prepare.ts";

const MOST = 10_000;
const JPEG = [0xff, 0xd8, 0xff, 0xe0];
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const WEBP = [...Buffer.from("RIFF....WEBPVP8 ")];
const HEIC = [0, 0, 0, 0x18, ...Buffer.from("ftypheic")];

const { createObjectURL, revokeObjectURL } = URL;
afterEach(() => {
  for (const name of ["Image", "document", "createImageBitmap"]) delete (globalThis as Record<string, unknown>)[name];
  Object.assign(URL, { createObjectURL, revokeObjectURL });
});

/** What a browser of 2022 gives: a picture that it turns by itself, and `createImageBitmap` without the newer word for turning. */
function browserOf2022({ width = 0, height = 0, shows = true, written = 100 }) {
  const addresses = new Set<string>();
  const drawn: number[][] = [];
  class Picture {
    src = "";
    naturalWidth = width;
    naturalHeight = height;
    async decode(): Promise<void> {
      assert.ok(addresses.has(this.src), "the address is good until the picture is decoded");
      if (!shows) throw new DOMException("no picture", "EncodingError");
    }
  }
  const canvas = () => ({
    width: 0,
    height: 0,
    getContext: () => ({ fillRect: () => undefined, drawImage: (_: unknown, ...place: number[]) => drawn.push(place) }),
    toBlob: (then: (blob: Blob) => void, type: string) => then(new Blob([new Uint8Array(written)], { type })),
  });
  Object.assign(globalThis, {
    Image: Picture,
    document: { createElement: canvas },
    createImageBitmap: (_: Blob, options?: { imageOrientation?: string }) => {
      if (options?.imageOrientation === "from-image") throw new TypeError("'from-image' is not a valid value for enumeration ImageOrientation");
      return Promise.resolve({ width: height, height: width, close: () => undefined });
    },
  });
  Object.assign(URL, {
    createObjectURL: () => {
      addresses.add("blob:one");
      return "blob:one";
    },
    revokeObjectURL: (address: string) => addresses.delete(address),
  });
  return { addresses, drawn };
}

function file(bytes: number[], name: string): File {
  return new File([new Uint8Array(bytes)], name);
}

test("a photo is read by a browser that does not know the newer words, in the size that it shows, and nothing of it stays", async () => {
  const { addresses, drawn } = browserOf2022({ width: 1500, height: 3000 });
  const prepared = await prepareFile(file(JPEG, "IMG_0042.jpg"), MOST);
  assert.ok(typeof prepared !== "string");
  const { kind, type, name, width, height } = prepared;
  assert.deepEqual({ kind, type, name, width, height }, { kind: "photo", type: "image/jpeg", name: "photo.jpg", width: 800, height: 1600 });
  assert.deepEqual(drawn, [[0, 0, 800, 1600]]);
  assert.equal(addresses.size, 0);
});

test("PNG and WebP are taken too, and are sent as JPEG", async () => {
  for (const bytes of [PNG, WEBP]) {
    browserOf2022({ width: 600, height: 400 });
    const prepared = await prepareFile(file(bytes, "picture"), MOST);
    assert.ok(typeof prepared !== "string");
    assert.deepEqual([prepared.type, prepared.width, prepared.height], ["image/jpeg", 600, 400]);
  }
});

test("what the browser cannot show is said to be unreadable, and nothing of it stays", async () => {
  const { addresses } = browserOf2022({ shows: false });
  assert.equal(await prepareFile(file(JPEG, "broken.jpg"), MOST), "unreadable");
  assert.equal(addresses.size, 0);
});

test("what is too large is said, of a photo after it was made smaller", async () => {
  browserOf2022({ width: 10, height: 10, written: MOST + 1 });
  assert.equal(await prepareFile(file(JPEG, "large.jpg"), MOST), "large");
  assert.equal(await prepareFile(new File(["%PDF-1.7", new Uint8Array(MOST)], "large.pdf"), MOST), "large");
});

test("another kind of file is not taken, whatever its name", async () => {
  for (const bytes of [HEIC, [...Buffer.from("PK")], [...Buffer.from("<svg")]]) assert.equal(await prepareFile(file(bytes, "photo.jpg"), MOST), "kind");
});

test("a file that the device does not give is said to be unreadable", async () => {
  const inTheCloud = Object.assign(new File(["%PDF-1.7"], "letter.pdf"), { slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("not here", "NotReadableError")) }) });
  assert.equal(await prepareFile(inTheCloud as unknown as File, MOST), "unreadable");
});
