import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Sitzung",
  quickExit: "Diese Seite jetzt verlassen",
  wait: "Bitte warten …",

  chooseLanguage: "Wählen Sie Ihre Sprache",
  continue: "Weiter",

  problemName: "Bitte schreiben Sie einen Namen.",
  problemNetwork: "Keine Verbindung. Bitte prüfen Sie Ihr Netz und versuchen Sie es noch einmal.",
  problemSlow: "Zu viele Versuche. Bitte warten Sie eine Minute und versuchen Sie es noch einmal.",
  problemOther: "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.",
  tryAgain: "Noch einmal versuchen",

  lostTitle: "Dieser Link funktioniert nicht",
  lostText: "Vielleicht ist er zu alt oder ein Teil fehlt. Bitten Sie die Person, die ihn geschickt hat, um einen neuen Link.",
  askForLink: "Um einen neuen Link bitten",
  askedTitle: "Danke",
  askedText: "Wenn dieser Link einmal von uns kam, liest die Person, die ihn geschickt hat, jetzt, dass Sie einen neuen brauchen. Sie können diese Seite schließen.",
  phone: "Sie können auch anrufen: {phone}.",

  unreachableTitle: "Keine Verbindung",
  unreachableText: "Diese Seite war nicht erreichbar. Bitte prüfen Sie Ihr Netz. Sie versucht es von selbst noch einmal.",

  elsewhereTitle: "Diese Seite ist in einem anderen Tab offen",
  elsewhereText: "Sie kann nur in einem Tab gleichzeitig benutzt werden.",
  useHere: "Hier benutzen",

  leftTitle: "Sie sind gegangen",
  leftText: "Sie können mit demselben Link wiederkommen. Was geschrieben wurde, ist noch da.",
  comeBack: "Wiederkommen",

  endedTitle: "Diese Sitzung ist zu Ende",
  endedClosed: "Danke, dass Sie da waren.",
  endedCancelled: "Sie wurde abgesagt. Man sagt Ihnen Bescheid, wenn es einen neuen Termin gibt.",
  endedRemoved: "Sie sind nicht mehr in dieser Sitzung.",
  wiped: "Alles, was diese Seite auf Ihrem Gerät behalten hatte, ist gelöscht. Sie können die Seite schließen.",
};
