import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Kulan",
  quickExit: "Hadda ka bax boggan",
  wait: "Fadlan sug…",

  chooseLanguage: "Dooro luqaddaada",
  continue: "Sii wad",

  problemName: "Fadlan qor magac.",
  problemNetwork: "Internet ma jiro. Fadlan hubi shabakaddaada oo mar kale isku day.",
  problemSlow: "Isku dayo badan. Fadlan sug hal daqiiqo oo mar kale isku day.",
  problemOther: "Ma shaqayn. Fadlan mar kale isku day.",
  tryAgain: "Mar kale isku day",

  lostTitle: "Linkigani ma shaqaynayo",
  lostText: "Waxaa laga yaabaa inuu duugoobay, ama inay qayb ka maqan tahay. Fadlan qofkii kuu soo diray weydiiso link cusub.",
  askForLink: "Codso link cusub",
  askedTitle: "Mahadsanid",
  askedText: "Haddii linkigani naga yimid, qofkii soo diray hadda wuxuu akhrinayaa inaad u baahan tahay mid cusub. Waad xiri kartaa boggan.",
  phone: "Waxaad kaloo wici kartaa {phone}.",

  unreachableTitle: "Internet ma jiro",
  unreachableText: "Boggan lama gaari karin. Fadlan hubi shabakaddaada. Isaga ayaa mar kale isku dayaya.",

  elsewhereTitle: "Boggan wuxuu ka furan yahay meel kale",
  elsewhereText: "Hal mar hal meel oo keliya ayaa laga isticmaali karaa.",
  useHere: "Halkan ku isticmaal",

  leftTitle: "Waad baxday",
  leftText: "Waxaad ku soo noqon kartaa isla linkigan. Wixii la qoray weli way jiraan.",
  comeBack: "Soo noqo",

  endedTitle: "Kulankani wuu dhammaaday",
  endedClosed: "Waad ku mahadsan tahay joogitaankaaga.",
  endedCancelled: "Waa la joojiyay. Waa laguu sheegi doonaa haddii taariikh cusub jirto.",
  endedRemoved: "Hadda kuma jirtid kulankan.",
  wiped: "Wax kasta oo boggani ku kaydiyay qalabkaaga waa la tirtiray. Waad xiri kartaa bogga.",
};
