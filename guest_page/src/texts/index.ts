import { load } from "../load.ts";
import type { Texts } from "./en.ts";

export type { Texts };

/** One file per language, each fetched only when somebody reads in it; English is a language like the others. */
export const CATALOGUES: Record<string, () => Promise<{ texts: Texts }>> = {
  am: () => import("./am.ts"),
  ar: () => import("./ar.ts"),
  de: () => import("./de.ts"),
  en: () => import("./en.ts"),
  es: () => import("./es.ts"),
  fa: () => import("./fa.ts"),
  fr: () => import("./fr.ts"),
  ha: () => import("./ha.ts"),
  it: () => import("./it.ts"),
  ku: () => import("./ku.ts"),
  my: () => import("./my.ts"),
  prs: () => import("./prs.ts"),
  ps: () => import("./ps.ts"),
  pt: () => import("./pt.ts"),
  ru: () => import("./ru.ts"),
  so: () => import("./so.ts"),
  sw: () => import("./sw.ts"),
  ti: () => import("./ti.ts"),
  tr: () => import("./tr.ts"),
  uk: () => import("./uk.ts"),
};

const RIGHT_TO_LEFT = ["ar", "fa", "prs", "ps"];

export interface Reading {
  /** The language the texts are really in. */
  language: string;
  texts: Texts;
}

/** What a page without any catalogue can still say: the two screens of a network that is slow or gone. */
export const FIRST_WORDS: Pick<Texts, "title" | "quickExit" | "wait" | "unreachableTitle" | "unreachableText" | "tryAgain"> = {
  title: "Session",
  quickExit: "Leave this page now",
  wait: "Please wait…",
  unreachableTitle: "No connection",
  unreachableText: "This page could not be reached. Please check your network. It tries again by itself.",
  tryAgain: "Try again",
};

/** The texts in this language, else in English. Rejects when none can be fetched. */
export async function readingIn(language: string): Promise<Reading> {
  const catalogue = CATALOGUES[language];
  if (catalogue !== undefined) {
    try {
      return { language, texts: (await load(catalogue)).texts };
    } catch {
      // English may be in the browser's cache.
    }
  }
  return { language: "en", texts: (await load(() => import("./en.ts"))).texts };
}

export function directionOf(language: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** The first of the person's languages that is offered, else English, else the first one offered. */
export function preselect(wanted: readonly string[], offered: readonly string[]): string {
  for (const tag of wanted) {
    for (const meant of [tag.toLowerCase(), languageOf(tag), tag.toLowerCase().split("-")[0]]) {
      const found = offered.find((code) => code.toLowerCase() === meant);
      if (found !== undefined) return found;
    }
  }
  return offered.includes("en") ? "en" : (offered[0] ?? "en");
}

/** Our code for a tag of a browser: Dari comes as "fa-AF" too, Kurmanji as "kmr". */
export function languageOf(tag: string): string {
  const lower = tag.toLowerCase();
  if (lower === "fa-af") return "prs";
  const language = lower.split("-")[0] ?? lower;
  return language === "kmr" ? "ku" : language;
}
