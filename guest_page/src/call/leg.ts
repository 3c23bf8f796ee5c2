/** The line to one other person of the call: a 1:1 call of matrix-js-sdk, whose events travel under our own name. */
import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import { MatrixEvent } from "matrix-js-sdk/lib/models/event.js";
import { CallErrorCode, CallEvent, CallState, createNewMatrixCall, type MatrixCall } from "matrix-js-sdk/lib/webrtc/call.js";
import { SDPStreamMetadataPurpose } from "matrix-js-sdk/lib/webrtc/callEventTypes.js";
import { CallFeed } from "matrix-js-sdk/lib/webrtc/callFeed.js";
import type { LocalMedia } from "./local_media.ts";
import { withLargerPackets } from "./packets.ts";
import type { Limits, LineSample } from "./quality.ts";
import type { TurnServers } from "./turn_servers.ts";

export interface Lines {
  client: MatrixClient;
  room: string;
  turn: TurnServers;
  forceRelay: boolean;
  media: LocalMedia;
}

interface Parts {
  lines: Lines;
  peer: string;
  send: (event: string, content: Record<string, unknown>) => Promise<void>;
  changed: () => void;
  /** It broke, or the other side hung up. */
  ended: () => void;
}

export interface Heard {
  /** From 0 to 1, of the other side and of this one. */
  theirs: number;
  mine: number;
  line: LineSample;
}

export class Leg {
  /** What arrives from the other side. */
  readonly stream = new MediaStream();
  private readonly parts: Parts;
  private readonly call: MatrixCall;
  private readonly outgoing: MediaStream;
  private limits: Limits | null = null;
  private limiting: Promise<void> = Promise.resolve();
  private calls = false;
  private over = false;
  private quiet = false;

  constructor(parts: Parts, callId?: string) {
    this.parts = parts;
    const { lines, peer } = parts;
    const call = createNewMatrixCall(underOurName(lines, (event, content) => this.say(event, content)), lines.room, { invitee: peer, forceTURN: lines.forceRelay });
    if (call === null) throw new Error("This browser has no calls");
    if (callId !== undefined) call.callId = callId;
    this.call = call;
    const { microphone, camera } = lines.media;
    this.outgoing = new MediaStream([microphone, camera].filter((track) => track !== null));
    call.on(CallEvent.Error, () => undefined);
    // Not by its event for hanging up, which is missing where the SDK gives up by itself.
    call.on(CallEvent.State, () => {
      if (call.state === CallState.Ended) return this.finish();
      if (call.state === CallState.Connected) void this.keepLimits();
      parts.changed();
    });
    call.on(CallEvent.PeerConnectionCreated, (connection) => this.watch(connection));
  }

  get id(): string {
    return this.call.callId;
  }

  get connected(): boolean {
    return this.call.state === CallState.Connected;
  }

  async ring(): Promise<void> {
    this.calls = true;
    await this.call.placeCallWithCallFeeds([this.feed()]);
  }

  async answer(invite: Record<string, unknown>): Promise<void> {
    await this.call.initWithInvite(this.event("m.call.invite", invite));
    this.call.answerWithCallFeeds([this.feed()]);
  }

  async hear(event: string, content: Record<string, unknown>): Promise<void> {
    const { call } = this;
    const heard = this.event(event, content);
    switch (event) {
      case "m.call.answer":
        return call.onAnswerReceived(heard);
      case "m.call.candidates":
        return call.onRemoteIceCandidatesReceived(heard);
      case "m.call.negotiate":
        return call.onNegotiateReceived(heard);
      case "m.call.select_answer":
        return call.onSelectAnswerReceived(heard);
      case "m.call.sdp_stream_metadata_changed":
      case "org.matrix.call.sdp_stream_metadata_changed":
        return call.onSDPStreamMetadataChangedReceived(heard);
      case "m.call.hangup":
      case "m.call.reject":
        return this.end(true);
    }
  }

  /** Sound and picture as they are now in `media`. A kind that was never sent before is negotiated. */
  async refresh(): Promise<void> {
    const { microphone, camera } = this.parts.lines.media;
    await this.put("audio", microphone);
    await this.put("video", camera);
    await this.keepLimits();
  }

  /** The network is another one: find a way anew, with the same call. */
  restart(): void {
    const connection = this.call.peerConn;
    if (connection === undefined) return;
    connection.setConfiguration({ ...connection.getConfiguration(), iceServers: this.parts.lines.turn.known });
    connection.restartIce();
  }

  limit(limits: Limits): void {
    if (this.limits === limits) return;
    this.limits = limits;
    void this.keepLimits();
  }

  async listen(): Promise<Heard> {
    const heard: Heard = { theirs: 0, mine: 0, line: { outgoing: null, lost: 0 } };
    const report = await this.call.peerConn?.getStats();
    report?.forEach((entry: Record<string, unknown>) => {
      if (entry["type"] === "inbound-rtp" && entry["kind"] === "audio") heard.theirs = Number(entry["audioLevel"] ?? 0);
      if (entry["type"] === "media-source" && entry["kind"] === "audio") heard.mine = Number(entry["audioLevel"] ?? 0);
      if (entry["type"] === "remote-inbound-rtp") heard.line.lost = Math.max(heard.line.lost, Number(entry["fractionLost"] ?? 0));
      if (entry["type"] === "candidate-pair" && entry["nominated"] === true && entry["availableOutgoingBitrate"] !== undefined) heard.line.outgoing = Number(entry["availableOutgoingBitrate"]);
    });
    return heard;
  }

  /** `quietly`: the other side knows. */
  end(quietly: boolean): void {
    this.quiet = quietly;
    this.call.hangup(CallErrorCode.UserHangup, quietly);
    if (quietly) this.finish();
  }

  /** The SDK waits for nobody when it hangs up or answers, so what goes wrong then is caught here. */
  private async say(event: string, content: Record<string, unknown>): Promise<void> {
    if (this.quiet) return;
    const said = this.parts.send(event, content);
    if (event === "m.call.hangup") return said.catch(() => undefined);
    if (event === "m.call.answer") return said.catch(() => this.end(false));
    await said;
  }

  /** One after the other: a browser refuses to set what it is setting. */
  private keepLimits(): Promise<void> {
    this.limiting = this.limiting.then(async () => {
      for (const sender of this.call.peerConn?.getSenders() ?? []) await this.limitSender(sender).catch(() => undefined);
    });
    return this.limiting;
  }

  private async limitSender(sender: RTCRtpSender): Promise<void> {
    const { track } = sender;
    const settings = sender.getParameters();
    const encoding = settings.encodings?.[0];
    if (track === null || encoding === undefined || this.limits === null) return;
    const { audio, video } = this.limits;
    if (track.kind === "audio") encoding.maxBitrate = audio.maxBitrate;
    else if (video === null) encoding.active = false;
    else {
      const { maxBitrate, maxFramerate, height } = video;
      const captured = track.getSettings().height ?? height;
      Object.assign(encoding, { active: true, maxBitrate, maxFramerate, scaleResolutionDownBy: Math.max(1, captured / height) });
    }
    await sender.setParameters(settings);
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.parts.ended();
  }

  private watch(connection: RTCPeerConnection): void {
    // Without a microphone there would be nothing to negotiate, and the other side never asked to be heard.
    if (this.calls && this.outgoing.getAudioTracks().length === 0) connection.addTransceiver("audio", { direction: "recvonly" });
    const set = connection.setRemoteDescription.bind(connection);
    connection.setRemoteDescription = (said: RTCSessionDescriptionInit) => set(said.sdp === undefined ? said : { type: said.type, sdp: withLargerPackets(said.sdp) });
    connection.addEventListener("track", ({ track }) => {
      for (const old of this.stream.getTracks()) if (old.kind === track.kind) this.stream.removeTrack(old);
      this.stream.addTrack(track);
      track.addEventListener("mute", this.parts.changed);
      track.addEventListener("unmute", this.parts.changed);
      this.parts.changed();
    });
  }

  private feed(): CallFeed {
    const { client, room } = this.parts.lines;
    return new CallFeed({
      client,
      roomId: room,
      userId: client.getUserId() ?? "",
      deviceId: client.getDeviceId() ?? undefined,
      stream: this.outgoing,
      purpose: SDPStreamMetadataPurpose.Usermedia,
      audioMuted: false,
      videoMuted: false,
    });
  }

  private async put(kind: "audio" | "video", track: MediaStreamTrack | null): Promise<void> {
    const connection = this.call.peerConn;
    if (connection === undefined) return;
    const way = connection.getTransceivers().find((each) => each.receiver.track.kind === kind && each.direction !== "stopped");
    if (way === undefined) {
      if (track !== null) connection.addTrack(track, this.outgoing);
      return;
    }
    if (way.sender.track === track) return;
    await way.sender.replaceTrack(track);
    if (track !== null && (way.direction === "recvonly" || way.direction === "inactive")) {
      way.sender.setStreams?.(this.outgoing);
      way.direction = "sendrecv";
    }
  }

  private event(type: string, content: Record<string, unknown>): MatrixEvent {
    return new MatrixEvent({ type, content, sender: this.parts.peer, room_id: this.parts.lines.room, event_id: "$call", origin_server_ts: Date.now(), unsigned: {} });
  }
}

/** The client as a call sees it: what it sends goes to one person under our own name, and what it would do with devices is ours to do. */
function underOurName(lines: Lines, send: Parts["send"]): MatrixClient {
  const media = {
    stopUserMediaStream: () => undefined,
    stopScreensharingStream: () => undefined,
    hasAudioDevice: () => Promise.resolve(true),
    hasVideoDevice: () => Promise.resolve(true),
  };
  const named = {
    sendEvent: async (_room: string, event: string, content: Record<string, unknown>) => {
      await send(event, content);
      return { event_id: "" };
    },
    getTurnServers: () => lines.turn.known,
    checkTurnServers: () => Promise.resolve(true),
    isFallbackICEServerAllowed: () => false,
    getMediaHandler: () => media,
    getUseE2eForGroupCall: () => false,
    cancelPendingEvent: () => undefined,
  };
  const values = { callEventHandler: { calls: new Map() }, isVoipWithNoMediaAllowed: true, forceTURN: lines.forceRelay, reEmitter: { reEmit: () => undefined } };
  return Object.assign(Object.create(lines.client), named, values) as MatrixClient;
}
