/** What the first screens say, and the last ones. `{…}` is filled in. No medical word, nothing about why somebody is here. */
export const texts = {
  digits: "0123456789",
  title: "Session",
  quickExit: "Leave this page now",
  wait: "Please wait…",

  chooseLanguage: "Choose your language",
  continue: "Continue",

  problemName: "Please write a name.",
  problemNetwork: "No connection. Please check your network and try again.",
  problemSlow: "Too many tries. Please wait a minute and try again.",
  problemOther: "That did not work. Please try again.",
  tryAgain: "Try again",

  lostTitle: "This link does not work",
  lostText: "It may be too old, or a part of it is missing. Please ask the person who sent it to you for a new link.",
  askForLink: "Ask for a new link",
  askedTitle: "Thank you",
  askedText: "If this link once came from us, the person who sent it reads now that you need a new one. You can close this page.",
  phone: "You can also ring {phone}.",

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
};

export type Texts = Record<keyof typeof texts, string>;
