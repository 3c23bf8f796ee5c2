import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SharedFile } from "../files/shared_file.ts";
import { fill } from "../texts/fill.ts";
import type { AllTexts } from "../texts/inside/index.ts";

/** A photo up to this size is shown by itself; a larger one costs money on many a telephone, so the person decides. */
const SHOWN_BY_ITSELF = 1_500_000;

interface Shown {
  file: SharedFile;
  by: string;
  open: (file: SharedFile) => Promise<Blob>;
  texts: AllTexts;
}

type State = "not_yet" | "loading" | "failed";

/** A photo is shown and can be saved, a voice message played, everything else saved; each is fetched and decrypted only when it is wanted. */
export function SharedFileView({ file, by, open, texts }: Shown): JSX.Element {
  const [state, setState] = useState<State>("not_yet");
  const [address, setAddress] = useState<string | null>(null);
  /** Of a kind that this browser does not know, such as what some telephones make of a photo. */
  const [unknown, setUnknown] = useState(false);
  useEffect(() => () => (address === null ? undefined : URL.revokeObjectURL(address)), [address]);
  const load = async (then: (address: string, type: string) => void): Promise<void> => {
    setState("loading");
    try {
      const data = await open(file);
      then(URL.createObjectURL(data), data.type);
      setState("not_yet");
    } catch {
      setState("failed");
    }
  };
  const show = (): Promise<void> => load(setAddress);
  const save = (): Promise<void> =>
    load((at) => {
      Object.assign(document.createElement("a"), { href: at, download: file.name }).click();
      setTimeout(() => URL.revokeObjectURL(at), 60_000);
    });
  const byItself = file.kind === "photo" && file.size !== null && file.size <= SHOWN_BY_ITSELF;
  useEffect(() => {
    if (byItself) void show();
  }, []);

  const button = (offer: string, press: () => Promise<void>): JSX.Element => (
    <button type="button" class="secondary file" disabled={state === "loading"} onClick={() => void press()}>
      {state === "loading" ? texts.fileLoading : state === "failed" ? `${offer} – ${texts.fileFailed}` : offer}
    </button>
  );
  const saving = button(fill(texts.saveFile, { name: file.name }), save);
  if (address !== null && file.kind === "photo") {
    return (
      <>
        {unknown ? <p class="faint">{fill(texts.file, { name: file.name })}</p> : <img class="photo" src={address} alt={`${texts.photo}, ${by}`} onError={() => setUnknown(true)} />}
        {saving}
      </>
    );
  }
  if (address !== null && file.kind === "voice") return <audio class="voice" controls src={address} aria-label={`${texts.voice}, ${by}`} />;
  if (file.kind === "photo") return button(texts.showPhoto, show);
  return file.kind === "voice" ? button(texts.playVoice, show) : saving;
}
