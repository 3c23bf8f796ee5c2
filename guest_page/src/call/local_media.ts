/** This person's own microphone and camera. */

export type Trouble = "refused" | "missing" | "failed";

export class LocalMedia {
  microphone: MediaStreamTrack | null = null;
  camera: MediaStreamTrack | null = null;
  private facing: "user" | "environment" = "user";
  private readonly devices: MediaDevices | undefined;

  constructor(devices: MediaDevices | undefined) {
    this.devices = devices;
  }

  /** Null when it is open now. Both are asked for in one question where both are wanted; a refused camera leaves the microphone. */
  async open(picture: boolean): Promise<{ microphone: Trouble | null; camera: Trouble | null }> {
    if (picture) {
      try {
        const stream = await this.get({ audio: SOUND, video: this.picture });
        this.microphone = stream.getAudioTracks()[0] ?? null;
        this.camera = stream.getVideoTracks()[0] ?? null;
        return { microphone: null, camera: null };
      } catch {
        // Each alone then.
      }
    }
    const microphone = await this.openMicrophone();
    return { microphone, camera: picture ? await this.openCamera() : null };
  }

  async openMicrophone(): Promise<Trouble | null> {
    try {
      this.microphone = (await this.get({ audio: SOUND })).getAudioTracks()[0] ?? null;
      return null;
    } catch (error) {
      return whyNot(error);
    }
  }

  async openCamera(): Promise<Trouble | null> {
    try {
      this.camera = (await this.get({ video: this.picture })).getVideoTracks()[0] ?? null;
      return null;
    } catch (error) {
      return whyNot(error);
    }
  }

  /** The light of the camera goes out. */
  closeCamera(): void {
    this.camera?.stop();
    this.camera = null;
  }

  /** The other side of the phone; the former one when there is none. */
  async turnCamera(): Promise<Trouble | null> {
    this.closeCamera();
    this.facing = this.facing === "user" ? "environment" : "user";
    return this.openCamera();
  }

  close(): void {
    this.closeCamera();
    this.microphone?.stop();
    this.microphone = null;
  }

  private get picture(): MediaTrackConstraints {
    return { facingMode: this.facing, width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24 } };
  }

  private async get(wanted: MediaStreamConstraints): Promise<MediaStream> {
    if (this.devices === undefined) throw new DOMException("", "NotFoundError");
    return this.devices.getUserMedia(wanted);
  }
}

const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** By the names of Media Capture and Streams §10.2. */
function whyNot(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "failed";
}
