/** Every text of the page. `{…}` is filled in. No medical word, nothing about why somebody is here. */
export const en = {
  title: "Session",
  quickExit: "Leave this page now",
  wait: "Please wait…",
  you: "You",
  staff: "Staff",

  chooseLanguage: "Choose your language",
  continue: "Continue",

  termsTitle: "Before you enter",
  yourName: "Your name",
  nameHint: "You may use a made-up name.",
  agree: "When you press “Enter waiting room” you agree to this.",
  enter: "Enter waiting room",
  mistake: "Did this message reach you by mistake?",
  notMe: "This is not for me",
  problemName: "Please write a name.",
  problemNetwork: "No connection. Please check your network and try again.",
  problemSlow: "Too many tries. Please wait a minute and try again.",
  problemOther: "That did not work. Please try again.",

  earlyTitle: "You are early",
  earlyText: "The waiting room opens on {date}.",
  earlyLater: "Please come back then, with the same link.",
  earlyNow: "The waiting room can open now.",

  fullTitle: "All places are taken",
  fullText: "As many people as were invited are already here with this link. If you were here before on another phone or browser, close the page there, wait two minutes and try again.",
  tryAgain: "Try again",

  lostTitle: "This link does not work",
  lostText: "It may be too old, or a part of it is missing. Please ask the person who sent it to you for a new link.",
  phone: "You can also ring {phone}.",

  notMeTitle: "Thank you",
  notMeText: "We have switched this link off and told the person who sent it. You can delete the message and close this page.",

  unreachableTitle: "No connection",
  unreachableText: "This page could not be reached. Please check your network. It tries again by itself.",

  elsewhereTitle: "This page is open in another tab",
  elsewhereText: "It can be used in one tab at a time.",
  useHere: "Use it here",

  leftTitle: "You have left",
  leftText: "You can come back with the same link. What was written is still there.",
  comeBack: "Come back",

  endedTitle: "This session is over",
  endedClosed: "Thank you for being here.",
  endedCancelled: "It was cancelled. You will be told if there is a new date.",
  endedRemoved: "You are no longer in this session.",
  wiped: "Everything this page had kept on your device is deleted. You can close the page.",

  movedTitle: "You moved to another device",
  movedText: "This session now goes on in another browser or on another phone. If that was not you, please tell the person who invited you.",

  gettingReady: "We are getting your private room ready. This can take a minute on a slow line.",
  waitingTitle: "You are in the waiting room",
  waitingNew: "We are telling them that you are here.",
  waitingTold: "We have told them that you are here. Please keep this page open.",
  waitingSeen: "They have seen that you are here and will come. Please keep this page open.",
  waitingNobody: "We are sorry, nobody could come so far. We will write to you. You may wait here, or come back later with the same link.",
  waitingBell: "You will hear a sound when somebody comes.",
  sessionTitle: "You are connected",
  sessionText: "Only the people in this room can read what you write.",
  keptTitle: "This session is paused",
  keptText: "You can come back with the same link. You may still get messages here.",
  here: "Here now: {people}",
  offline: "No connection. We keep trying; please leave this page open.",
  leave: "Leave",

  messages: "Messages",
  noMessages: "No messages yet.",
  message: "Message",
  send: "Send",
  sending: "Sending…",
  notYet: "You can write here as soon as everything is ready.",
  unreadable: "This message cannot be shown yet.",
  removed: "This message was removed.",
  file: "(file: {name}) It cannot be shown on this page.",

  roleServiceUser: "Guest",
  roleRelative: "Relative",
  roleInterpreter: "Interpreter",
  roleColleague: "Colleague",
};

export type Texts = Record<keyof typeof en, string>;
