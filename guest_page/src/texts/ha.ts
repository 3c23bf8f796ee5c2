import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Zama",
  quickExit: "Bar wannan shafin yanzu",
  wait: "Don Allah ku jira…",

  chooseLanguage: "Ku zaɓi yarenku",
  continue: "Ci gaba",

  problemName: "Don Allah ku rubuta suna.",
  problemNetwork: "Babu hanyar sadarwa. Ku duba hanyar sadarwarku ku sake gwadawa.",
  problemSlow: "An gwada sau da yawa. Ku jira minti ɗaya ku sake gwadawa.",
  problemOther: "Bai yi aiki ba. Don Allah ku sake gwadawa.",
  tryAgain: "Sake gwadawa",

  lostTitle: "Wannan mahaɗin ba ya aiki",
  lostText: "Wataƙila ya tsufa, ko wani ɓangarensa ya ɓace. Ku nemi sabon mahaɗi daga wanda ya aiko muku.",
  askForLink: "Ku nemi sabon mahaɗi",
  askedTitle: "Mun gode",
  askedText: "Idan wannan mahaɗin daga gare mu ne, wanda ya aiko yana karantawa yanzu cewa kuna buƙatar sabo. Za ku iya rufe wannan shafin.",
  phone: "Za ku kuma iya kira: {phone}.",

  unreachableTitle: "Babu hanyar sadarwa",
  unreachableText: "Ba a iya samun wannan shafin ba. Ku duba hanyar sadarwarku. Shafin zai sake gwadawa da kansa.",

  elsewhereTitle: "Wannan shafin yana buɗe a wani wuri",
  elsewhereText: "Ana iya amfani da shi a wuri ɗaya kawai a lokaci guda.",
  useHere: "Yi amfani da shi a nan",

  leftTitle: "Kun fita",
  leftText: "Za ku iya dawowa da wannan mahaɗin. Abin da aka rubuta yana nan.",
  comeBack: "Dawo",

  endedTitle: "Wannan zaman ya ƙare",
  endedClosed: "Mun gode da kasancewarku a nan.",
  endedCancelled: "An soke shi. Za a gaya muku idan an sami sabuwar rana.",
  endedRemoved: "Ba kwa cikin wannan zaman yanzu.",
  wiped: "An goge duk abin da wannan shafin ya ajiye a na’urarku. Za ku iya rufe shafin.",
};
