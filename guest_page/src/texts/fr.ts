import type { Texts } from "./en.ts";

export const fr: Texts = {
  title: "Session",
  quickExit: "Quitter cette page maintenant",
  wait: "Veuillez patienter…",
  you: "Vous",
  staff: "Équipe",

  chooseLanguage: "Choisissez votre langue",
  continue: "Continuer",

  termsTitle: "Avant d’entrer",
  yourName: "Votre nom",
  nameHint: "Vous pouvez utiliser un nom inventé.",
  agree: "En appuyant sur « Entrer dans la salle d’attente », vous acceptez cela.",
  enter: "Entrer dans la salle d’attente",
  mistake: "Vous avez reçu ce message par erreur ?",
  notMe: "Ce n’est pas pour moi",
  problemName: "Veuillez écrire un nom.",
  problemNetwork: "Pas de connexion. Vérifiez votre réseau et réessayez.",
  problemSlow: "Trop d’essais. Attendez une minute et réessayez.",
  problemOther: "Cela n’a pas fonctionné. Veuillez réessayer.",

  earlyTitle: "Vous êtes en avance",
  earlyText: "La salle d’attente ouvre le {date}.",
  earlyLater: "Revenez à ce moment-là, avec le même lien.",
  earlyNow: "La salle d’attente peut ouvrir maintenant.",

  fullTitle: "Toutes les places sont prises",
  fullText: "Toutes les personnes invitées avec ce lien sont déjà là. Si vous étiez ici avec un autre téléphone ou navigateur, fermez-y la page, attendez deux minutes et réessayez.",
  tryAgain: "Réessayer",

  lostTitle: "Ce lien ne fonctionne pas",
  lostText: "Il est peut-être trop ancien, ou il en manque une partie. Demandez un nouveau lien à la personne qui vous l’a envoyé.",
  phone: "Vous pouvez aussi appeler le {phone}.",

  notMeTitle: "Merci",
  notMeText: "Nous avons désactivé ce lien et prévenu la personne qui l’a envoyé. Vous pouvez effacer le message et fermer cette page.",

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

  movedTitle: "Vous avez changé d’appareil",
  movedText: "Cette session continue dans un autre navigateur ou sur un autre téléphone. Si ce n’était pas vous, dites-le à la personne qui vous a invité·e.",

  gettingReady: "Nous préparons votre salle privée. Cela peut prendre une minute si le réseau est lent.",
  waitingTitle: "Vous êtes dans la salle d’attente",
  waitingNew: "Nous les prévenons que vous êtes là.",
  waitingTold: "Nous les avons prévenus que vous êtes là. Gardez cette page ouverte.",
  waitingSeen: "Ils ont vu que vous êtes là et vont venir. Gardez cette page ouverte.",
  waitingNobody: "Nous sommes désolés, personne n’a pu venir pour le moment. Nous vous écrirons. Vous pouvez attendre ici ou revenir plus tard avec le même lien.",
  waitingBell: "Vous entendrez un son quand quelqu’un arrivera.",
  sessionTitle: "Vous êtes en contact",
  sessionText: "Seules les personnes présentes dans cette salle peuvent lire ce que vous écrivez.",
  keptTitle: "Cette session est en pause",
  keptText: "Vous pouvez revenir avec le même lien. Vous pouvez encore recevoir des messages ici.",
  here: "Présents : {people}",
  offline: "Pas de connexion. Nous continuons d’essayer ; laissez cette page ouverte.",
  leave: "Partir",

  messages: "Messages",
  noMessages: "Aucun message pour le moment.",
  message: "Message",
  send: "Envoyer",
  sending: "Envoi…",
  notYet: "Vous pourrez écrire ici dès que tout sera prêt.",
  unreadable: "Ce message ne peut pas encore être affiché.",
  removed: "Ce message a été supprimé.",
  file: "(fichier : {name}) Il ne peut pas être affiché sur cette page.",

  roleServiceUser: "Invité·e",
  roleRelative: "Proche",
  roleInterpreter: "Interprète",
  roleColleague: "Collègue",
};
