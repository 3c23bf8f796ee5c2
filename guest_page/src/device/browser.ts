/** Which browser this is, as far as it changes what a person must press. Guessed from what it calls itself: only words depend on it. */

/** `firefox`: on Android; on a computer its words are those of the others. `iphone`, `mac`: Safari there. `on_iphone`: another one there. */
export type BrowserKind = "android" | "samsung" | "firefox" | "iphone" | "on_iphone" | "mac" | "other";

/** Apps that show pages in a browser of their own, where camera and microphone are often barred; and any other such app. */
const APPS = /WhatsApp|FBAN|FBAV|FB_IAB|Messenger|Instagram|Line\/|Twitter|TikTok|musical_ly|Snapchat|Telegram|MicroMessenger/i;
/** Android marks them with "; wv)"; on an iPhone every real browser calls itself Safari too. */
const ANDROID_APP = /; wv\)/;

/** Chrome, Firefox, Edge, Opera, Brave, DuckDuckGo and Google there; camera and microphone are allowed in the telephone's settings, for the whole app. */
const ON_IPHONE = /CriOS|GSA\/|FxiOS|EdgiOS|OPiOS|OPT\/|Brave|DuckDuckGo|Ddg\//;

/** `fingers`: how many the screen feels at once (`maxTouchPoints`); an iPad calls itself a Mac. */
export function browserKind(userAgent: string, fingers = 0): BrowserKind {
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && fingers > 1)) return ON_IPHONE.test(userAgent) ? "on_iphone" : "iphone";
  if (/Android/.test(userAgent)) return /Firefox\//.test(userAgent) ? "firefox" : /SamsungBrowser\//.test(userAgent) ? "samsung" : "android";
  return /Macintosh/.test(userAgent) && /Version\/\S+ Safari\//.test(userAgent) ? "mac" : "other";
}

export function insideAnotherApp(userAgent: string): boolean {
  const iphoneApp = /iPhone|iPad|iPod/.test(userAgent) && /AppleWebKit/.test(userAgent) && !/Safari\//.test(userAgent);
  return APPS.test(userAgent) || ANDROID_APP.test(userAgent) || iphoneApp;
}
