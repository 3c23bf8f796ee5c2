/** Where the conference of a session is, and how it is to behave there: all of it in the fragment, which no server is sent. */
import { API_ID } from "./conference_word.ts";

export interface WayIn {
  /** Of the conference, at the organisation's Jitsi Meet. */
  address: string;
  token: string;
}

export interface Choice {
  microphone: boolean;
  camera: boolean;
  /** Nobody may learn anybody's internet address: sound and picture go through the bridge alone, also between two. */
  forceRelay: boolean;
}

/** What Jitsi Meet is told to leave, by the names of its own configuration; it obeys those that it knows. */
const SETTINGS: Record<string, unknown> = {
  // One has come in by the session's page: no second door, no app instead of it, nobody else to be asked in.
  "prejoinConfig.enabled": false,
  prejoinPageEnabled: false,
  disableDeepLinking: true,
  "deeplinking.disabled": true,
  disableInviteFunctions: true,
  hideConferenceSubject: true,
  readOnlyName: true,
  disableProfile: true,
  hideEmailInSettings: true,
  // Nothing is recorded, written down, or sent on.
  "recordingService.enabled": false,
  "localRecording.disable": true,
  fileRecordingsEnabled: false,
  liveStreamingEnabled: false,
  "liveStreaming.enabled": false,
  transcribingEnabled: false,
  "transcription.enabled": false,
  doNotStoreRoom: true,
  enableSaveLogs: false,
  // Nobody else is asked for anything.
  disableThirdPartyRequests: true,
  "analytics.disabled": true,
  "gravatar.disabled": true,
  "giphy.enabled": false,
  "whiteboard.enabled": false,
  enableCalendarIntegration: false,
  resolution: 360,
  // No chat, which would be no part of the transcript, and no button to leave by: that stands on the session's page.
  toolbarButtons: ["microphone", "camera", "toggle-camera", "raisehand", "tileview", "participants-pane", "settings"],
};

export function frameAddress(way: WayIn, { microphone, camera, forceRelay }: Choice): string {
  const chosen = { startWithAudioMuted: !microphone, startWithVideoMuted: !camera, ...(forceRelay && { "p2p.enabled": false }) };
  const told = Object.entries({ ...SETTINGS, ...chosen }).map(([name, value]): [string, unknown] => [`config.${name}`, value]);
  // With a number of its API in the address it says by `postMessage` what becomes of the conference.
  const parts: [string, unknown][] = [["jwt", way.token], ["jitsi_meet_external_api_id", API_ID], ...told];
  const fragment = parts.map(([name, value]) => `${name}=${encodeURIComponent(JSON.stringify(value))}`);
  return `${way.address}#${fragment.join("&")}`;
}
