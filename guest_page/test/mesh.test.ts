import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { CallContent } from "../src/call/wire.ts";
import { type Browser, Room, setStage, until } from "./call_stage.ts";

let room: Room;

beforeEach(() => {
  setStage();
  room = new Room();
});
afterEach(() => room.browsers.forEach(({ mesh }) => mesh.stop()));

const NAMES = ["@a:x", "@b:x", "@c:x", "@d:x", "@e:x", "@f:x", "@g:x"];
const isSignal = (event: string) => (content: CallContent): boolean => content.kind === "signal" && content.event === event;
const isHere = ({ kind }: CallContent): boolean => kind === "here";

async function inTheCall(count: number): Promise<Browser[]> {
  const people = NAMES.slice(0, count).map((name) => room.enter(name));
  for (const { mesh } of people) await mesh.join();
  await allHear(people);
  return people;
}

async function allHear(people: Browser[]): Promise<void> {
  await until("everybody hears everybody", () => people.every((each) => each.connected.length === people.length - 1));
}

test("six people have a line to each of the others", async () => {
  const people = await inTheCall(6);
  assert.deepEqual(people[0]?.connected, NAMES.slice(1, 6));
  assert.deepEqual(people.map(({ mesh }) => mesh.problem), Array(6).fill(null));
});

for (const event of ["m.call.invite", "m.call.answer"]) {
  test(`a line whose ${event} was not taken is made anew`, async () => {
    const people = NAMES.slice(0, 2).map((name) => room.enter(name));
    for (const each of people) each.lost = { what: isSignal(event), times: 1 };
    for (const { mesh } of people) await mesh.join();
    await allHear(people);
    assert.equal(people.reduce((left, { lost }) => left + lost.times, 0), 1, "one of the two has lost it");
  });
}

test("whoever cannot say that they are there is out again, reads why, and can try again", async () => {
  const [first, second] = [room.enter("@a:x"), room.enter("@b:x")];
  await first.mesh.join();
  second.lost = { what: isHere, times: 1 };
  await second.mesh.join();
  await until("out again", () => !second.mesh.joined);
  assert.deepEqual([second.mesh.problem, second.live, second.said.at(-1)?.kind], ["no_network", [], "gone"]);
  await second.mesh.join();
  await allHear([first, second]);
});

test("a relay that cannot be asked at first is asked again", async () => {
  const me = room.enter("@a:x");
  me.relayFails = 2;
  await me.mesh.join();
  assert.deepEqual([me.mesh.joined, me.mesh.problem], [true, null]);
});

for (const [how, end] of [["the session ends", (me: Browser) => me.mesh.stop()], ["the person leaves", (me: Browser) => void me.mesh.leave()]] as const) {
  test(`what the browser allows after ${how} is closed at once`, async () => {
    const me = room.enter("@a:x");
    let allow = (): void => undefined;
    me.permission = new Promise((resolve) => (allow = resolve));
    me.mesh.cameraOn = true;
    const joining = me.mesh.join();
    await until("asked", () => me.questions > 0);
    end(me);
    allow();
    await joining;
    assert.deepEqual([me.mesh.joined, me.mesh.joining, me.opened.length, me.live, me.said], [false, false, 2, [], []]);
  });

  test(`a camera that is allowed after ${how} is closed at once`, async () => {
    const [me] = await inTheCall(1);
    assert.ok(me !== undefined);
    let allow = (): void => undefined;
    me.permission = new Promise((resolve) => (allow = resolve));
    const opening = me.mesh.setCamera(true);
    end(me);
    allow();
    await opening;
    assert.deepEqual([me.opened.length, me.live, me.mesh.cameraOn], [2, [], false]);
    assert.ok(me.said.filter(isHere).length === 1, "nobody is told that they are there after they left");
  });
}

test("of cameras that are asked for in a hurry one stays open", async () => {
  const [me] = await inTheCall(1);
  assert.ok(me !== undefined);
  await Promise.all([me.mesh.setCamera(true), me.mesh.turnCamera(), me.mesh.turnCamera()]);
  assert.deepEqual([me.live.sort(), me.mesh.cameraOn], [["audio", "video"], true]);
  await Promise.all([me.mesh.setCamera(false), me.mesh.setCamera(true), me.mesh.setCamera(false)]);
  assert.deepEqual([me.live, me.mesh.cameraOn], [["audio"], false]);
});

test("people whose browsers give neither microphone nor camera come to hear the others, whoever calls", async () => {
  const people = NAMES.slice(0, 6).map((name) => room.enter(name));
  for (const each of people.slice(0, 4)) each.refused = new Set(["audio", "video"]);
  for (const { mesh } of people) await mesh.join();
  await allHear(people);
  const [silent, heard] = [people[0], people[5]];
  assert.deepEqual([silent?.mesh.microphoneOn, silent?.mesh.microphoneTrouble], [false, "refused"]);
  const arrives = silent?.mesh.others.find(({ user }) => user === heard?.user)?.stream?.getTracks().map(({ kind }) => kind);
  assert.deepEqual(arrives, ["audio"]);
});

test("a microphone that was refused is asked for again by its button, and reaches the others then", async () => {
  const [me, other] = [room.enter("@a:x"), room.enter("@b:x")];
  me.refused = new Set(["audio"]);
  for (const { mesh } of [me, other]) await mesh.join();
  await allHear([me, other]);
  me.refused.clear();
  await me.mesh.setMicrophone(true);
  assert.deepEqual([me.mesh.microphoneOn, me.mesh.microphoneTrouble, me.live], [true, null, ["audio"]]);
  await until("it arrives", () => other.mesh.others[0]?.stream?.getTracks().some(({ kind }) => kind === "audio") === true);
});

test("a microphone that a telephone call has taken is opened anew", async () => {
  const [me] = await inTheCall(1);
  me?.opened[0]?.endByItself();
  await until("opened anew", () => me?.opened.length === 2);
  assert.deepEqual([me?.live, me?.mesh.microphoneOn], [["audio"], true]);
});

test("a camera that is taken and not given back is shown as off, with the reason", async () => {
  const [me] = await inTheCall(1);
  assert.ok(me !== undefined);
  await me.mesh.setCamera(true);
  me.refused.add("video");
  me.opened.find(({ kind }) => kind === "video")?.endByItself();
  await until("said", () => me.mesh.cameraTrouble === "refused");
  assert.deepEqual([me.mesh.cameraOn, me.live], [false, ["audio"]]);
});

test("of seven who press at once six are in the call, and one reads that it is full until somebody leaves", async () => {
  const people = NAMES.map((name) => room.enter(name));
  await Promise.all(people.map(({ mesh }) => mesh.join()));
  const inside = (): Browser[] => people.filter(({ mesh }) => mesh.joined);
  await until("six stay", () => inside().length === 6 && inside().every(({ connected }) => connected.length === 5));
  const out = people.find(({ mesh }) => !mesh.joined);
  assert.deepEqual([out?.mesh.problem, out?.live], ["full", []]);
  await inside()[0]?.mesh.leave();
  await until("a place is free", () => out?.mesh.problem === null);
  await out?.mesh.join();
  await allHear(inside());
});

test("whoever comes last finds the call full, also one who has just come into the room and was told", async () => {
  const people = await inTheCall(6);
  const late = room.enter("@g:x");
  for (const { mesh } of people) mesh.membersAre(new Set(NAMES.slice(0, 6)));
  for (const { mesh } of people) mesh.membersAre(new Set(NAMES));
  await until("they know who is there", () => late.mesh.others.length === 6);
  await late.mesh.join();
  assert.deepEqual([late.mesh.joined, late.mesh.problem], [false, "full"]);
  assert.ok(people.every(({ mesh }) => mesh.joined));
});

test("somebody who comes into the room is rung by the call that runs", async () => {
  const [first] = await inTheCall(1);
  first?.mesh.membersAre(new Set(["@a:x"]));
  const late = room.enter("@b:x");
  first?.mesh.membersAre(new Set(["@a:x", "@b:x"]));
  await until("it rings", () => late.mesh.ringing);
  assert.equal(late.rung, 1);
});

test("pictures are offered again without a word about too many once there are three", async () => {
  const people = await inTheCall(3);
  const [me] = people;
  assert.ok(me !== undefined);
  await me.mesh.setCamera(true);
  const fourth = room.enter("@d:x");
  await fourth.mesh.join();
  await until("sound alone", () => me.mesh.pictureGone === "many");
  assert.deepEqual([me.mesh.pictureAllowed, me.live], [false, ["audio"]]);
  await fourth.mesh.leave();
  await until("pictures again", () => me.mesh.pictureAllowed);
  assert.equal(me.mesh.pictureGone, null);
});

test("a picture that goes because of the line is explained before the others have been told, and not to somebody who has left meanwhile", async () => {
  const people = await inTheCall(3);
  const [me] = people;
  assert.ok(me !== undefined);
  await me.mesh.setCamera(true);
  let taken = (): void => undefined;
  me.slow = new Promise((resolve) => (taken = resolve));
  const changing = me.mesh.setPoorMode(true);
  assert.deepEqual([me.mesh.cameraOn, me.mesh.pictureGone], [false, "poor"]);
  void me.mesh.leave();
  assert.equal(me.mesh.pictureGone, null);
  taken();
  await changing;
  assert.equal(me.mesh.pictureGone, null);
});

test("nobody ends another's line, or takes it over: a stay is theirs who said so first", async () => {
  const [me, other] = await inTheCall(2);
  assert.ok(me !== undefined && other !== undefined);
  const [theirs, mine] = [me.mesh.others[0]!.party, other.mesh.others[0]!.party];
  const { stream } = me.mesh.others[0]!;
  const signals = [...me.said, ...other.said].flatMap((each) => (each.kind === "signal" ? [each.content] : []));
  const call = { call_id: signals[0]?.["call_id"], version: "1", lifetime: 60_000, offer: signals.find((content) => "offer" in content)?.["offer"] };
  room.say("@stranger:x", { kind: "here", party: theirs, video: true, poor: false });
  for (const event of ["m.call.negotiate", "m.call.hangup", "m.call.reject"]) room.say("@stranger:x", { kind: "signal", from: theirs, to: mine, event, content: call });
  room.say("@stranger:x", { kind: "signal", from: theirs, to: mine, event: "m.call.invite", content: { ...call, call_id: "another" } });
  await other.mesh.setPoorMode(true);
  await until("all of it was heard", () => me.mesh.others[0]?.poor === true);
  assert.deepEqual([me.connected, me.mesh.others.map(({ user }) => user)], [["@b:x"], ["@b:x"]]);
  assert.equal(me.mesh.others[0]?.stream, stream);
});
