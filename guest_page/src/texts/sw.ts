import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Kikao",
  quickExit: "Ondoka kwenye ukurasa huu sasa",
  wait: "Tafadhali subiri…",

  chooseLanguage: "Chagua lugha yako",
  continue: "Endelea",

  problemName: "Tafadhali andika jina.",
  problemNetwork: "Hakuna mtandao. Tafadhali angalia mtandao wako na ujaribu tena.",
  problemSlow: "Umejaribu mara nyingi mno. Tafadhali subiri dakika moja na ujaribu tena.",
  problemOther: "Haikufanikiwa. Tafadhali jaribu tena.",
  tryAgain: "Jaribu tena",

  lostTitle: "Kiungo hiki hakifanyi kazi",
  lostText: "Huenda ni cha zamani sana, au sehemu yake haipo. Tafadhali mwombe aliyekutumia akupe kiungo kipya.",
  askForLink: "Omba kiungo kipya",
  askedTitle: "Asante",
  askedText: "Ikiwa kiungo hiki kilitoka kwetu, aliyekituma sasa anasoma kwamba unahitaji kipya. Unaweza kufunga ukurasa huu.",
  phone: "Unaweza pia kupiga simu: {phone}.",

  unreachableTitle: "Hakuna mtandao",
  unreachableText: "Ukurasa huu haukupatikana. Tafadhali angalia mtandao wako. Unajaribu tena wenyewe.",

  elsewhereTitle: "Ukurasa huu umefunguliwa kwenye kichupo kingine",
  elsewhereText: "Unaweza kutumika kwenye kichupo kimoja tu kwa wakati mmoja.",
  useHere: "Tumia hapa",

  leftTitle: "Umetoka",
  leftText: "Unaweza kurudi kwa kiungo hikihiki. Yaliyoandikwa bado yapo.",
  comeBack: "Rudi",

  endedTitle: "Kikao hiki kimekwisha",
  endedClosed: "Asante kwa kuwa hapa.",
  endedCancelled: "Kimeghairiwa. Utaambiwa ikiwa kutakuwa na tarehe mpya.",
  endedRemoved: "Haupo tena kwenye kikao hiki.",
  wiped: "Kila kitu ambacho ukurasa huu ulihifadhi kwenye kifaa chako kimefutwa. Unaweza kufunga ukurasa.",
};
