/** This person's own microphone and camera. */

export type Trouble = "refused" | "missing" | "failed";
/** Of an attempt to open something: null when it is open, `given_up` when it was closed or asked for anew meanwhile. */
export type Opening = Trouble | "given_up" | null;

type Kind = "microphone" | "camera";
const WANTED = { microphone: "audio", camera: "video" } as const;

export class LocalMedia {
  microphone: MediaStreamTrack | null = null;
  camera: MediaStreamTrack | null = null;
  /** What ends by itself is told here: a telephone call, a headset that is pulled out. It is closed then. */
  ended: (kind: Kind) => void = () => undefined;
  private facing: "user" | "environment" = "user";
  private readonly devices: MediaDevices | undefined;
  /** Counts what was asked for or closed: an answer to an earlier question opens nothing. */
  private readonly asked = { microphone: 0, camera: 0 };

  constructor(devices: MediaDevices | undefined) {
    this.devices = devices;
  }

  /** Both are asked for in one question where both are wanted; a refused camera leaves the microphone. */
  async open(picture: boolean): Promise<{ microphone: Opening; camera: Opening }> {
    if (picture) {
      const both = await this.ask(["microphone", "camera"]);
      if (both === null) return { microphone: null, camera: null };
      if (both === "given_up") return { microphone: this.microphone === null ? both : null, camera: this.camera === null ? both : null };
    }
    const microphone = await this.openMicrophone();
    if (microphone === "given_up" || !picture) return { microphone, camera: null };
    return { microphone, camera: await this.openCamera() };
  }

  openMicrophone(): Promise<Opening> {
    return this.ask(["microphone"]);
  }

  openCamera(): Promise<Opening> {
    return this.ask(["camera"]);
  }

  /** The light of the camera goes out. */
  closeCamera(): void {
    this.closeOne("camera");
  }

  /** The other side of the phone; the former one when there is none. */
  async turnCamera(): Promise<Opening> {
    this.closeCamera();
    this.facing = this.facing === "user" ? "environment" : "user";
    return this.openCamera();
  }

  close(): void {
    this.closeOne("camera");
    this.closeOne("microphone");
  }

  private closeOne(kind: Kind): void {
    this.asked[kind] += 1;
    this[kind]?.stop();
    this[kind] = null;
  }

  private async ask(kinds: readonly Kind[]): Promise<Opening> {
    const numbers = kinds.map((kind) => (this.asked[kind] += 1));
    const constraints = { microphone: SOUND, camera: this.picture };
    let stream: MediaStream;
    try {
      if (this.devices?.getUserMedia === undefined) return "refused";
      stream = await this.devices.getUserMedia(Object.fromEntries(kinds.map((kind) => [WANTED[kind], constraints[kind]])));
    } catch (error) {
      return kinds.every((kind, index) => this.asked[kind] === numbers[index]) ? whyNot(error) : "given_up";
    }
    let opening: Opening = null;
    kinds.forEach((kind, index) => {
      const [track] = kind === "camera" ? stream.getVideoTracks() : stream.getAudioTracks();
      if (track === undefined) opening ??= "missing";
      else if (this.asked[kind] === numbers[index]) this.take(kind, track);
      else [opening] = ["given_up", track.stop()];
    });
    return opening;
  }

  private take(kind: Kind, track: MediaStreamTrack): void {
    this[kind]?.stop();
    this[kind] = track;
    track.addEventListener("ended", () => {
      if (this[kind] !== track) return;
      this.closeOne(kind);
      this.ended(kind);
    });
  }

  private get picture(): MediaTrackConstraints {
    return { facingMode: this.facing, width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24 } };
  }
}

const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** By the names of Media Capture and Streams §10.2. */
function whyNot(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "failed";
}
