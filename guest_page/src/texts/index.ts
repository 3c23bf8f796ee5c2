import { en, type Texts } from "./en.ts";

export type { Texts };

/** One entry per catalogue; English is always there. A language without one reads English. */
const CATALOGUES: Record<string, () => Promise<Texts>> = {
  fr: async () => (await import("./fr.ts")).fr,
};

export interface Reading {
  /** The language the texts are really in. */
  language: string;
  texts: Texts;
}

export const ENGLISH: Reading = { language: "en", texts: en };

export async function readingIn(language: string): Promise<Reading> {
  const load = CATALOGUES[language];
  if (load === undefined) return ENGLISH;
  try {
    return { language, texts: await load() };
  } catch {
    return ENGLISH;
  }
}

export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}

/** The first of the person's languages that is offered, else English, else the first one offered. */
export function preselect(wanted: readonly string[], offered: readonly string[]): string {
  for (const tag of wanted) {
    const found = offered.find((code) => code.toLowerCase() === tag.toLowerCase()) ?? offered.find((code) => code === tag.split("-")[0]?.toLowerCase());
    if (found !== undefined) return found;
  }
  return offered.includes("en") ? "en" : (offered[0] ?? "en");
}

/** How dates and times are written: the person's own variant of the language where the browser names one ("en-GB", "fr-CH"). */
export function localeFor(language: string, wanted: readonly string[]): string {
  return wanted.find((tag) => tag.split("-")[0]?.toLowerCase() === language) ?? language;
}
