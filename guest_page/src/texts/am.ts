import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "ክፍለ ጊዜ",
  quickExit: "ከዚህ ገጽ አሁኑኑ ይውጡ",
  wait: "እባክዎ ይጠብቁ…",

  chooseLanguage: "ቋንቋዎን ይምረጡ",
  continue: "ይቀጥሉ",

  problemName: "እባክዎ ስም ይጻፉ።",
  problemNetwork: "ግንኙነት የለም። እባክዎ ኔትወርክዎን ያረጋግጡና እንደገና ይሞክሩ።",
  problemSlow: "ብዙ ጊዜ ተሞክሯል። እባክዎ አንድ ደቂቃ ይጠብቁና እንደገና ይሞክሩ።",
  problemOther: "አልተሳካም። እባክዎ እንደገና ይሞክሩ።",
  tryAgain: "እንደገና ይሞክሩ",

  lostTitle: "ይህ ሊንክ አይሠራም",
  lostText: "ምናልባት አሮጌ ሊሆን ወይም ከፊሉ ሊጎድል ይችላል። እባክዎ አዲስ ሊንክ እንዲልክልዎ የላከውን ሰው ይጠይቁ።",
  askForLink: "አዲስ ሊንክ ይጠይቁ",
  askedTitle: "እናመሰግናለን",
  askedText: "ይህ ሊንክ ከእኛ የመጣ ከነበረ፣ የላከው ሰው አዲስ እንደሚያስፈልግዎት አሁን ያነባል። ይህን ገጽ መዝጋት ይችላሉ።",
  phone: "በስልክ መደወልም ይችላሉ፦ {phone}።",

  unreachableTitle: "ግንኙነት የለም",
  unreachableText: "ይህ ገጽ ሊከፈት አልቻለም። እባክዎ ኔትወርክዎን ያረጋግጡ። ገጹ ራሱ እንደገና ይሞክራል።",

  elsewhereTitle: "ይህ ገጽ በሌላ ትር ተከፍቷል",
  elsewhereText: "በአንድ ጊዜ በአንድ ትር ብቻ መጠቀም ይቻላል።",
  useHere: "እዚህ ይጠቀሙ",

  leftTitle: "ወጥተዋል",
  leftText: "በዚሁ ሊንክ መመለስ ይችላሉ። የተጻፈው አሁንም አለ።",
  comeBack: "ይመለሱ",

  endedTitle: "ይህ ክፍለ ጊዜ አልቋል",
  endedClosed: "እዚህ ስለነበሩ እናመሰግናለን።",
  endedCancelled: "ተሰርዟል። አዲስ ቀን ካለ ይነገርዎታል።",
  endedRemoved: "ከእንግዲህ በዚህ ክፍለ ጊዜ ውስጥ አይደሉም።",
  wiped: "ይህ ገጽ በመሣሪያዎ ላይ ያስቀመጠው ሁሉ ጠፍቷል። ገጹን መዝጋት ይችላሉ።",
};
