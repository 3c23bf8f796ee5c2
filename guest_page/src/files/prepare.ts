import { type FileKind, sniff } from "./kinds.ts";

/**
 * Of a file that was taken: the server takes not this one, or no more at all from this place; or this browser has not kept it over a
 * reload (`gone`), so that choosing it again helps.
 */
export type NotTaken = "not_sent" | "all_sent" | "gone";
/** Why a file is not taken. */
export type FileProblem = "large" | "kind" | "unreadable" | NotTaken | "no_microphone";

export interface Prepared {
  kind: FileKind;
  name: string;
  type: string;
  data: Blob;
  width?: number;
  height?: number;
  /** Milliseconds. */
  duration?: number;
}

const LONGEST_SIDE_PX = 1_600;
const QUALITY = 0.85;
const LONGEST_NAME = 100;

/**
 * A file as it is sent. A photo is drawn anew, smaller: that is quicker on a slow line, and leaves out what the camera wrote beside the
 * picture, such as where it was taken.
 */
export async function prepareFile(file: File, most: number): Promise<Prepared | FileProblem> {
  const sniffed = await sniff(file).catch(() => null);
  // As of a file that stands in a cloud alone, while there is no network.
  if (sniffed === null) return "unreadable";
  const { kind, type } = sniffed;
  if (kind === "photo") return preparePhoto(file, most);
  if (kind !== "pdf") return "kind";
  if (file.size > most) return "large";
  return { kind, type, name: file.name.slice(-LONGEST_NAME), data: file };
}

async function preparePhoto(file: Blob, most: number): Promise<Prepared | FileProblem> {
  try {
    const picture = await decoded(file);
    const shrink = Math.min(1, LONGEST_SIDE_PX / Math.max(picture.naturalWidth, picture.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.naturalWidth * shrink));
    canvas.height = Math.max(1, Math.round(picture.naturalHeight * shrink));
    const brush = canvas.getContext("2d");
    if (brush === null) return "unreadable";
    // JPEG has no transparency; without a ground it would turn black.
    brush.fillStyle = "#ffffff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const data = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (data === null) return "unreadable";
    if (data.size > most) return "large";
    return { kind: "photo", type: "image/jpeg", name: "photo.jpg", data, width: canvas.width, height: canvas.height };
  } catch {
    return "unreadable";
  }
}

/**
 * By an image element, which every browser turns the way that the camera was held: `createImageBitmap` does so by an option that
 * browsers of before 2023 refuse. Throws when it is no picture that this browser can show.
 */
async function decoded(file: Blob): Promise<HTMLImageElement> {
  const address = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    return picture;
  } finally {
    URL.revokeObjectURL(address);
  }
}
