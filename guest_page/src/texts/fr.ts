import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Session",
  quickExit: "Quitter cette page maintenant",
  wait: "Un instant, s’il vous plaît…",

  chooseLanguage: "Choisissez votre langue",
  continue: "Continuer",

  problemName: "Veuillez écrire un nom.",
  problemNetwork: "Pas de connexion. Vérifiez votre réseau et réessayez.",
  problemSlow: "Trop d’essais. Attendez une minute et réessayez.",
  problemOther: "Cela n’a pas fonctionné. Veuillez réessayer.",
  tryAgain: "Réessayer",

  lostTitle: "Ce lien ne fonctionne pas",
  lostText: "Il est peut-être trop ancien, ou il en manque une partie. Demandez un nouveau lien à la personne qui vous l’a envoyé.",
  askForLink: "Demander un nouveau lien",
  askedTitle: "Merci",
  askedText: "Si ce lien venait de nous, la personne qui l’a envoyé lit maintenant que vous en avez besoin d’un nouveau. Vous pouvez fermer cette page.",
  phone: "Vous pouvez aussi appeler le {phone}.",

  unreachableTitle: "Pas de connexion",
  unreachableText: "Cette page n’a pas pu être chargée. Vérifiez votre réseau. Elle se recharge toute seule.",

  elsewhereTitle: "Cette page est ouverte dans un autre onglet",
  elsewhereText: "Elle ne peut être utilisée que dans un onglet à la fois.",
  useHere: "L’utiliser ici",

  leftTitle: "Vous êtes parti·e",
  leftText: "Vous pouvez revenir avec le même lien. Ce qui a été écrit est toujours là.",
  comeBack: "Revenir",

  endedTitle: "Cette session est terminée",
  endedClosed: "Merci d’avoir été là.",
  endedCancelled: "Elle a été annulée. Nous vous dirons s’il y a une nouvelle date.",
  endedRemoved: "Vous ne participez plus à cette session.",
  wiped: "Tout ce que cette page gardait sur votre appareil est effacé. Vous pouvez fermer la page.",
};
