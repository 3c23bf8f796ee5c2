import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "ርክብ",
  quickExit: "ካብዚ ገጽ ሕጂ ውጹ",
  wait: "በጃኹም ተጸበዩ…",

  chooseLanguage: "ቋንቋኹም ምረጹ",
  continue: "ቀጽሉ",

  problemName: "በጃኹም ስም ጽሓፉ።",
  problemNetwork: "መስመር የለን። በጃኹም ኔትወርክኩም ርኣዩ እሞ ደጊምኩም ፈትኑ።",
  problemSlow: "ብዙሕ ግዜ ተፈቲኑ። በጃኹም ሓደ ደቒቕ ተጸበዩ እሞ ደጊምኩም ፈትኑ።",
  problemOther: "ኣይሰርሐን። በጃኹም ደጊምኩም ፈትኑ።",
  tryAgain: "ደጊምኩም ፈትኑ",

  lostTitle: "እዚ መላግቦ ኣይሰርሕን",
  lostText: "ምናልባት ኣረጊት ክኸውን ወይ ክፋሉ ክጎድል ይኽእል። በጃኹም ካብቲ ዝሰደደልኩም ሰብ ሓድሽ መላግቦ ሕተቱ።",
  askForLink: "ሓድሽ መላግቦ ሕተቱ",
  askedTitle: "ነመስግን",
  askedText: "እዚ መላግቦ ካባና እንተ ነይሩ፣ ዝሰደዶ ሰብ ሕጂ ሓድሽ ከም ዘድልየኩም የንብብ ኣሎ። ነዚ ገጽ ክትዓጽውዎ ትኽእሉ።",
  phone: "ብስልኪ እውን ክትድውሉ ትኽእሉ፦ {phone}።",

  unreachableTitle: "መስመር የለን",
  unreachableText: "እዚ ገጽ ክኽፈት ኣይከኣለን። በጃኹም ኔትወርክኩም ርኣዩ። እቲ ገጽ ባዕሉ ደጊሙ ይፍትን።",

  elsewhereTitle: "እዚ ገጽ ኣብ ካልእ ታብ ተኸፊቱ ኣሎ",
  elsewhereText: "ኣብ ሓደ ግዜ ኣብ ሓደ ታብ ጥራይ እዩ ክትጥቀምሉ ዝከኣል።",
  useHere: "ኣብዚ ተጠቐሙሉ",

  leftTitle: "ወጺእኩም ኣለኹም",
  leftText: "በዚ መላግቦ ክትምለሱ ትኽእሉ። እቲ ዝተጻሕፈ ገና ኣሎ።",
  comeBack: "ተመለሱ",

  endedTitle: "እዚ ርክብ ተወዲኡ",
  endedClosed: "ኣብዚ ስለ ዝነበርኩም ነመስግን።",
  endedCancelled: "ተሰሪዙ ኣሎ። ሓድሽ ዕለት እንተ ሃልዩ ክንገረኩም እዩ።",
  endedRemoved: "ድሕሪ ሕጂ ኣብዚ ርክብ የለኹምን።",
  wiped: "እዚ ገጽ ኣብ መሳርሒኹም ዝዓቀቦ ኩሉ ተደምሲሱ። ነቲ ገጽ ክትዓጽውዎ ትኽእሉ።",
};
