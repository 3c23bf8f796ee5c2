/** Which browser this is, as far as it changes what a person must press. Guessed from what it calls itself: only words depend on it. */

export type BrowserKind = "android" | "iphone" | "other";

/** Apps that show pages in a browser of their own, where camera and microphone are often barred; and any other such app. */
const APPS = /WhatsApp|FBAN|FBAV|FB_IAB|Messenger|Instagram|Line\/|Twitter|TikTok|musical_ly|Snapchat|Telegram|MicroMessenger/i;
/** Android marks them with "; wv)"; on an iPhone every real browser calls itself Safari too. */
const ANDROID_APP = /; wv\)/;

export function browserKind(userAgent: string): BrowserKind {
  if (/iPhone|iPad|iPod/.test(userAgent)) return "iphone";
  return /Android/.test(userAgent) ? "android" : "other";
}

export function insideAnotherApp(userAgent: string): boolean {
  const iphoneApp = browserKind(userAgent) === "iphone" && /AppleWebKit/.test(userAgent) && !/Safari\//.test(userAgent);
  return APPS.test(userAgent) || ANDROID_APP.test(userAgent) || iphoneApp;
}
