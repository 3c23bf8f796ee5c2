import { type MatrixClient, ClientEvent } from "matrix-js-sdk/lib/client.js";
import { EventStatus } from "matrix-js-sdk/lib/models/event-status.js";
import { type MatrixEvent, MatrixEventEvent } from "matrix-js-sdk/lib/models/event.js";
import { HttpApiEvent } from "matrix-js-sdk/lib/http-api/interface.js";
import { MatrixError } from "matrix-js-sdk/lib/http-api/errors.js";
import { type Room, RoomEvent } from "matrix-js-sdk/lib/models/room.js";
import { RoomMemberEvent } from "matrix-js-sdk/lib/models/room-member.js";
import { RoomStickyEventsEvent } from "matrix-js-sdk/lib/models/room-sticky-events.js";
import { RoomStateEvent } from "matrix-js-sdk/lib/models/room-state.js";
import { SyncState } from "matrix-js-sdk/lib/sync.js";
import { serverNow } from "../clock.ts";
import { BACK } from "../gateway.ts";
import { BrowserCiphertexts } from "../files/ciphertexts.ts";
import type { NotTaken, Prepared } from "../files/prepare.ts";
import { contentOf, type SharedFile } from "../files/shared_file.ts";
import { type Message, MessageList } from "../messages.ts";
import type { Store, Unsent } from "../store.ts";
import type { Pause } from "../wakes.ts";
import { RoomChannel } from "./call_channel.ts";
import { Files, type UnsentFile } from "./files.ts";
import type { History } from "./history.ts";
import { Opening, PATIENCE_MS } from "./opening.ts";
import { Outbox, type Try } from "./outbox.ts";
import { PAGE_OF_HISTORY, roomHistory } from "./room_history.ts";
import { Signs } from "./signs.ts";
import { inStaffCall, saysInStaffCall, STAFF_CALL_EVENTS } from "./staff_call.ts";
import { heard } from "./timeline.ts";

/** The key, inside encrypted events only, under which the name a person chose travels. */
const NAME_KEY = "org.teleconnect.name";
const JOIN_AGAIN_MS = 1_000;

export interface Around {
  /** Something that is shown has changed. */
  changed(): void;
  /** The seat is no longer good, or this visitor is no longer in the room: ask the server why. */
  shutOut(): void;
  /** Somebody came or wrote. */
  called(): void;
  /** A file of this person's can never be sent. */
  fileRefused(why: NotTaken): void;
  /** Somebody came, went or was invited: the server will soon have something new to say. */
  stirred(): void;
  /** Between the tries of one thing. */
  pauses(): Pause;
}

export interface Place {
  gateway: string;
  secret: string;
  user: string;
  bot: string;
  name: string;
  native: boolean;
}

export interface CallWay {
  client: MatrixClient;
  room: string;
  channel: RoomChannel;
}

/** The visitor's one room: what was said, who is there, and saying something. */
export class Conversation {
  private readonly client: MatrixClient;
  private readonly place: Place;
  private readonly around: Around;
  private readonly list: MessageList;
  private readonly outbox: Outbox;
  private readonly files: Files;
  private readonly signs: Signs;
  private readonly history: History;
  private readonly since = serverNow();
  private room: string | null = null;
  private others: ReadonlySet<string> = new Set();
  private way: CallWay | null = null;
  private mute: ReadonlySet<string> = new Set();
  private staffHere = 0;
  private called = 0;
  private readonly opening = new Opening();
  private patience: ReturnType<typeof setTimeout> | null = null;
  private settled = false;
  /** The homeserver has let this visitor in; the room itself comes with the sync after that. */
  private letIn = false;
  private begunAnew = false;
  stopped = false;

  constructor(client: MatrixClient, place: Place, store: Store, around: Around) {
    this.client = client;
    this.place = place;
    this.around = around;
    this.list = new MessageList(place.user);
    const { gateway, secret } = place;
    this.files = new Files({ gateway, secret, ciphertexts: new BrowserCiphertexts(), changed: () => around.changed() });
    this.signs = new Signs(client, !place.native);
    const gap = (): void => {
      if (this.settled) this.history.begunAnew();
      else this.begunAnew = true;
    };
    this.history = roomHistory(client, () => this.matrixRoom, () => around.pauses(), gap);
    this.outbox = new Outbox({
      store,
      send: (unsent) => this.try(unsent),
      pauses: () => around.pauses(),
      sent: ({ txn, text, at, file }, id) => {
        if (file !== undefined) void this.files.forget(txn);
        if (this.list.knows(id)) return;
        const about = { id, txn, sender: place.user, at };
        this.list.confirm(file === undefined ? { ...about, kind: "text", text } : { ...about, kind: "file", text: file.name, file });
      },
      changed: () => around.changed(),
    });
    this.listen();
  }

  get messages(): Message[] {
    return this.list.shown(this.outbox.unsent);
  }

  get joined(): boolean {
    const membership = this.matrixRoom?.getMyMembership();
    return membership === "join" || (this.letIn && (membership === undefined || membership === "invite"));
  }

  /** Writing opens once those who are called are in the room or on the way, so that each of them can read it. */
  get canWrite(): boolean {
    return this.known && this.matrixRoom?.hasEncryptionStateEvent() === true && this.opening.isOpen(this.staff("join", "invite"), this.called, performance.now());
  }

  get offline(): boolean {
    const state = this.client.getSyncState();
    return state === SyncState.Error || state === SyncState.Reconnecting;
  }

  /** Everybody in the room but the bot. */
  get here(): string[] {
    const { user: own, bot } = this.place;
    const members = (this.matrixRoom?.getJoinedMembers() ?? []).map(({ userId }) => userId);
    return (this.joined && !members.includes(own) ? [own, ...members] : members).filter((user) => user !== bot);
  }

  get writing(): string[] {
    const { user, bot } = this.place;
    const members = this.matrixRoom?.getJoinedMembers() ?? [];
    return members.filter(({ typing, userId }) => typing && userId !== user && userId !== bot).map(({ userId }) => userId);
  }

  get readUpTo(): string | null {
    const room = this.matrixRoom;
    if (room === null) return null;
    const others = this.here.filter((user) => user !== this.place.user);
    const mine = this.list.shown([]).filter((message) => message.mine);
    return mine.filter(({ id }) => others.some((user) => room.hasUserReadEvent(user, id))).at(-1)?.id ?? null;
  }

  /** The other visitors' user ids: whoever is neither among them nor the bot is staff. */
  set visitors(users: Iterable<string>) {
    this.others = new Set(users);
  }

  /** How many of the staff the server has called into the room. */
  set awaited(staff: number) {
    this.called = staff;
  }

  /** Those by whom staff are in the call: they write nothing, and what they seem to write is not shown. */
  set silent(users: Iterable<string>) {
    this.mute = new Set(users);
  }

  /** Members of the room are in a call of Element's. */
  get staffCalls(): boolean {
    const room = this.matrixRoom;
    if (room === null || this.room === null) return false;
    const here = new Set(this.here);
    const says = (event: MatrixEvent): boolean => here.has(event.getSender() ?? "") && saysInStaffCall(event.getType(), event.getContent());
    if ([...room._unstable_getStickyEvents()].some(says)) return true;
    return STAFF_CALL_EVENTS.some((type) =>
      room.currentState.getStateEvents(type).some((event) => here.has(event.getSender() ?? "") && inStaffCall(event.getContent(), event.getTs(), serverNow())),
    );
  }

  /** The way of a call's words, once there is a room; with the client that its lines are made of. */
  get callWay(): CallWay | null {
    if (this.room === null || !this.known) return null;
    const { client, room, place } = this;
    this.way ??= { client, room, channel: new RoomChannel(client, room, place.user, place.bot) };
    return this.way;
  }

  /** Resolves once this visitor is in the room; the invitation may still be on its way. */
  async join(room: string, resumed: boolean): Promise<void> {
    this.room = room;
    const wait = this.around.pauses();
    while (!this.joined && !this.stopped) {
      try {
        await this.client.joinRoom(room);
        this.letIn = true;
        break;
      } catch {
        await wait(JOIN_AGAIN_MS);
      }
    }
    if (this.stopped) return;
    const known = this.matrixRoom?.getLiveTimeline().getEvents() ?? [];
    for (const event of known) this.take(event);
    this.staffHere = this.staff("join");
    this.settled = true;
    this.around.changed();
    this.markRead();
    void this.outbox.work();
    if (resumed || this.begunAnew || known.length >= PAGE_OF_HISTORY) await this.history.work();
  }

  say(text: string): void {
    const body = text.trim();
    if (body === "") return;
    this.outbox.add({ txn: crypto.randomUUID(), text: body, at: serverNow() });
    this.writes(false);
    void this.outbox.work();
  }

  writes(writing: boolean): void {
    if (this.room !== null && this.joined) this.signs.writes(this.room, writing);
  }

  async attach(prepared: Prepared): Promise<void> {
    const unsent = await this.files.add(crypto.randomUUID(), prepared).catch(() => "gone" as const);
    if (unsent === "gone") return this.around.fileRefused(unsent);
    if (unsent === null) return;
    this.outbox.add(unsent);
    void this.outbox.work();
  }

  /** Takes back what is not sent yet. */
  takeBack(txn: string): void {
    this.outbox.drop(txn);
    void this.files.forget(txn);
  }

  open(file: SharedFile): Promise<Blob> {
    return this.files.open(file);
  }

  progress(txn: string): number | null {
    return this.files.progress(txn);
  }

  stop(): void {
    this.stopped = true;
    document.removeEventListener("visibilitychange", this.markRead);
    for (const event of BACK) window.removeEventListener(event, this.askAtOnce);
    if (this.patience !== null) clearTimeout(this.patience);
    this.outbox.stop();
    this.files.stop();
    this.history.stop();
    this.client.stopClient();
  }

  /** The sync has brought the room with this visitor in it. */
  private get known(): boolean {
    return this.matrixRoom?.getMyMembership() === "join";
  }

  private get matrixRoom(): Room | null {
    return this.room === null ? null : this.client.getRoom(this.room);
  }

  private staff(...memberships: string[]): number {
    const { user, bot } = this.place;
    const members = this.matrixRoom?.getMembers() ?? [];
    return members.filter((member) => memberships.includes(member.membership ?? "") && member.userId !== user && member.userId !== bot && !this.others.has(member.userId)).length;
  }

  private listen(): void {
    const client = this.client;
    const mine = (event: MatrixEvent): boolean => this.room !== null && event.getRoomId() === this.room;
    client.on(RoomEvent.Timeline, (event) => mine(event) && this.take(event));
    client.on(RoomEvent.LocalEchoUpdated, (event) => mine(event) && this.take(event));
    client.on(MatrixEventEvent.Decrypted, (event) => mine(event) && this.take(event));
    client.on(RoomEvent.Redaction, (event) => {
      const target = event.event.redacts ?? event.getContent<{ redacts?: string }>().redacts;
      if (!mine(event) || target === undefined) return;
      this.list.remove(target);
      this.around.changed();
    });
    client.on(RoomStateEvent.Members, () => this.membersChanged());
    client.on(RoomEvent.MyMembership, (room, membership) => {
      if (room.roomId === this.room && (membership === "leave" || membership === "ban")) this.around.shutOut();
    });
    client.on(ClientEvent.Room, (room) => room.on(RoomStickyEventsEvent.Update, () => this.around.changed()));
    client.on(RoomMemberEvent.Typing, () => this.around.changed());
    client.on(RoomEvent.Receipt, () => this.around.changed());
    document.addEventListener("visibilitychange", this.markRead);
    for (const event of BACK) window.addEventListener(event, this.askAtOnce);
    client.on(ClientEvent.Sync, () => this.around.changed());
    client.on(HttpApiEvent.SessionLoggedOut, () => this.around.shutOut());
  }

  private take(event: MatrixEvent): void {
    const shown = heard(event);
    if (shown === null || this.mute.has(shown.sender)) return;
    const news = this.list.hear(shown);
    if (news && shown.sender !== this.place.user && shown.at > this.since && document.visibilityState === "hidden") this.around.called();
    if (news) this.markRead();
    this.around.changed();
  }

  /** What the person has before their eyes; nothing while the page is hidden. */
  private readonly markRead = (): void => {
    if (document.visibilityState !== "visible" || this.stopped) return;
    const events = this.matrixRoom?.getLiveTimeline().getEvents() ?? [];
    const last = events.filter((event) => event.status === null && event.getSender() !== this.place.user && this.list.knows(event.getId() ?? "")).at(-1);
    if (last !== undefined) this.signs.read(last);
  };

  /** After a lost connection the SDK waits for some seconds before it asks again; now it need not. */
  private readonly askAtOnce = (): void => void this.client.retryImmediately();

  private membersChanged(): void {
    const staff = this.staff("join");
    if (staff > this.staffHere) this.around.called();
    this.staffHere = staff;
    if (this.staff("join", "invite") > 0) this.patience ??= setTimeout(() => this.around.changed(), PATIENCE_MS + 1);
    this.around.stirred();
    this.around.changed();
  }

  /** The address is remembered before the room is told of it: a reload uploads nothing twice. */
  private async upload(unsent: UnsentFile): Promise<UnsentFile | Exclude<Try, { result: "sent" }>> {
    const uploaded = await this.files.upload(unsent);
    switch (uploaded) {
      case "lost":
        return { result: "lost" };
      case "stopped":
        return { result: "given_up" };
      case "gone":
      case "refused":
      case "all_sent":
        void this.files.forget(unsent.txn);
        this.around.fileRefused(uploaded === "refused" ? "not_sent" : uploaded);
        return { result: "given_up" };
      default:
        this.outbox.update(uploaded);
        return uploaded;
    }
  }

  private async try(unsent: Unsent): Promise<Try> {
    const room = this.matrixRoom;
    const arrived = this.list.sentAs(unsent.txn);
    if (arrived !== undefined) return { result: "sent", id: arrived };
    if (room === null || !this.canWrite) return { result: "lost" };
    if (unsent.file !== undefined) {
      const uploaded = await this.upload({ ...unsent, file: unsent.file });
      if ("result" in uploaded) return uploaded;
      unsent = uploaded;
    }
    try {
      const earlier = room.getEventForTxnId(unsent.txn);
      if (earlier !== undefined && earlier.status === null) return { result: "sent", id: earlier.getId() ?? unsent.txn };
      const said = unsent.file === undefined ? { msgtype: "m.text", body: unsent.text } : contentOf(unsent.file, unsent.file.source);
      const content = { ...said, [NAME_KEY]: this.place.name };
      const answer =
        earlier?.status === EventStatus.NOT_SENT
          ? await this.client.resendEvent(earlier, room)
          : await this.client.sendEvent(room.roomId, null, "m.room.message" as never, content as never, unsent.txn);
      return { result: "sent", id: answer.event_id };
    } catch (error) {
      const status = error instanceof MatrixError ? (error.httpStatus ?? 0) : 0;
      const refused = status >= 400 && status < 500 && status !== 429;
      if (refused) this.around.shutOut();
      return { result: refused ? "refused" : "lost" };
    }
  }
}
