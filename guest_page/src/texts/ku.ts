import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Danişîn",
  quickExit: "Niha ji vê rûpelê derkevin",
  wait: "Ji kerema xwe bisekinin…",

  chooseLanguage: "Zimanê xwe hilbijêrin",
  continue: "Berdewam bikin",

  problemName: "Ji kerema xwe navekî binivîsin.",
  problemNetwork: "Girêdan tune. Ji kerema xwe tora xwe kontrol bikin û dîsa biceribînin.",
  problemSlow: "Gelek caran hat ceribandin. Ji kerema xwe deqeyekê bisekinin û dîsa biceribînin.",
  problemOther: "Çênebû. Ji kerema xwe dîsa biceribînin.",
  tryAgain: "Dîsa biceribînin",

  lostTitle: "Ev girêdan naxebite",
  lostText: "Dibe ku pir kevn be, an beşek jê kêm be. Ji kerema xwe ji kesê ku ew şandiye girêdaneke nû bixwazin.",
  askForLink: "Girêdaneke nû bixwazin",
  askedTitle: "Spas",
  askedText: "Heke ev girêdan ji me bû, kesê ku ew şandiye niha dixwîne ku ji we re yeke nû pêwîst e. Hûn dikarin vê rûpelê bigirin.",
  phone: "Hûn dikarin telefon jî bikin: {phone}.",

  unreachableTitle: "Girêdan tune",
  unreachableText: "Ev rûpel venebû. Ji kerema xwe tora xwe kontrol bikin. Ew bi xwe dîsa diceribîne.",

  elsewhereTitle: "Ev rûpel di taybekeke din de vekirî ye",
  elsewhereText: "Ew tenê di taybekekê de tê bikaranîn.",
  useHere: "Li vir bi kar bînin",

  leftTitle: "Hûn derketin",
  leftText: "Hûn dikarin bi heman girêdanê vegerin. Tiştên nivîsandî hîn li wir in.",
  comeBack: "Vegerin",

  endedTitle: "Ev danişîn qediya",
  endedClosed: "Spas ku hûn li vir bûn.",
  endedCancelled: "Ew hat betalkirin. Heke demeke nû hebe, dê ji we re bê gotin.",
  endedRemoved: "Hûn êdî ne di vê danişînê de ne.",
  wiped: "Her tiştê ku vê rûpelê li ser cîhaza we hiştibû hat jêbirin. Hûn dikarin rûpelê bigirin.",
};
