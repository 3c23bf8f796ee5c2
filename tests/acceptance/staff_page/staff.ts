/** A member of staff whose client excludes insecure devices, driven by the tests through `window.staff`. */
import { createClient, EventType, type MatrixClient, type MatrixEvent, MemoryStore, MsgType, Preset } from "matrix-js-sdk";
import { OnlySignedDevicesIsolationMode } from "matrix-js-sdk/lib/crypto-api/index.js";

interface Shown {
  event: string;
  sender: string;
  type: string;
  /** Empty when the event cannot be read. */
  text: string;
  encrypted: boolean;
  /** Why it cannot be read. */
  failure: string | null;
  mentions: string[];
}

class Staff {
  private constructor(readonly client: MatrixClient) {}

  /** Signs in, publishes keys with a cross-signing identity of its own, and reads the homeserver from then on. */
  static async open(address: string, user: string, password: string): Promise<Staff> {
    const login = await createClient({ baseUrl: address }).loginRequest({
      type: "m.login.password",
      identifier: { type: "m.id.user", user },
      password,
    });
    const client = createClient({
      baseUrl: address,
      userId: login.user_id,
      deviceId: login.device_id,
      accessToken: login.access_token,
      store: new MemoryStore(),
      timelineSupport: true,
    });
    await client.initRustCrypto({ useIndexedDB: true });
    const crypto = client.getCrypto();
    if (crypto === undefined) throw new Error("no cryptography");
    crypto.setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());
    await client.startClient({ initialSyncLimit: 50 });
    await crypto.bootstrapCrossSigning({
      authUploadDeviceSigningKeys: async (upload) => {
        try {
          await upload(null);
        } catch (refused) {
          const session = (refused as { data?: { session?: string } }).data?.session;
          await upload({ type: "m.login.password", identifier: { type: "m.id.user", user: login.user_id }, password, session });
        }
      },
    });
    if (!(await crypto.isCrossSigningReady())) throw new Error("the own device is not cross-signed");
    return new Staff(client);
  }

  /** A direct chat made the way Element makes one; the room. */
  async startChat(other: string): Promise<string> {
    const { room_id } = await this.client.createRoom({
      preset: Preset.TrustedPrivateChat,
      is_direct: true,
      invite: [other],
      initial_state: [{ type: EventType.RoomEncryption, state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }],
    });
    return room_id;
  }

  /** The client knows that the room is encrypted and that this person is in it: what is written reaches them. */
  has(room: string, user: string): boolean {
    const known = this.client.getRoom(room);
    return known?.hasEncryptionStateEvent() === true && known.getMember(user)?.membership === "join";
  }

  async say(room: string, body: string): Promise<void> {
    await this.client.sendMessage(room, { msgtype: MsgType.Text, body });
  }

  /** Rooms that this person is invited to, by who invited. */
  invitations(): Record<string, string> {
    const invited = this.client.getRooms().filter((room) => room.getMyMembership() === "invite");
    return Object.fromEntries(invited.map((room) => [room.roomId, room.getMember(this.client.getSafeUserId())?.events.member?.getSender() ?? ""]));
  }

  async accept(room: string): Promise<void> {
    await this.client.joinRoom(room);
  }

  /** What the timeline of the room shows, unreadable events among it. */
  shown(room: string): Shown[] {
    const events = this.client.getRoom(room)?.getLiveTimeline().getEvents() ?? [];
    return events.filter((event) => !event.isState()).map(shown);
  }
}

function shown(event: MatrixEvent): Shown {
  const content = event.getContent();
  const failed = event.isDecryptionFailure();
  return {
    event: event.getId() ?? "",
    sender: event.getSender() ?? "",
    type: event.getType(),
    text: failed || event.isBeingDecrypted() ? "" : String(content["body"] ?? ""),
    encrypted: event.isEncrypted(),
    failure: failed ? (event.decryptionFailureReason ?? "unknown") : null,
    mentions: content["m.mentions"]?.user_ids ?? [],
  };
}

declare global {
  interface Window {
    Staff: typeof Staff;
    staff?: Staff;
  }
}

window.Staff = Staff;
