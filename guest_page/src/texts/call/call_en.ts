/** What the call says; fetched when a session has begun. `{…}` is filled in. */
export const texts = {
  joinCall: "Join the call",
  leaveCall: "Leave the call",
  comeInAgain: "Call broken off? Come in again",
  hearOthers: "Press here to hear the others",
  inCall: "In the call: {people}",
  callRings: "They are calling you.",
  notNow: "Not now",
  on: "on",
  off: "off",
  turnCamera: "Switch camera",
  poorMode: "Poor network",
  connecting: "Connecting…",
  weakLine: "Your line is weak, so your picture is off. The sound goes on.",
  tooMany: "With more than three people there is sound alone.",
  callFull: "Six people are in the call already. It carries no more.",
  noRelay: "There is no call now: what would hide your address is missing. You can write.",
  callFailed: "The call could not begin. Please check your network and try again.",
  speaking: "speaks",
  callElsewhere: "They are in a call of their own now. You can write here.",
  callTitle: "Your call",
  callText: "Press the button to hear and see the others of your session. This link works in this browser alone.",
  callUsed: "This link was used in another browser already. Write “call” to the bot, and it gives you a new one.",
  callLost: "This link leads to no call now. While the session runs, write “call” to the bot, and it gives you a new one.",
  callMute: "This page is for the call alone. Write in Element.",
};

export type CallTexts = Record<keyof typeof texts, string>;
