/** The second part of each catalogue. A language without one reads these screens in English. */
import { load } from "../../load.ts";
import type { Texts } from "../index.ts";
import { texts as english, type InsideTexts } from "./more_en.ts";

export type { InsideTexts };
/** What the screens behind the first ones may say. */
export type AllTexts = Texts & InsideTexts;

export const INSIDE: Record<string, () => Promise<{ texts: InsideTexts }>> = {
  am: () => import("./more_am.ts"),
  ar: () => import("./more_ar.ts"),
  de: () => import("./more_de.ts"),
  es: () => import("./more_es.ts"),
  fa: () => import("./more_fa.ts"),
  fr: () => import("./more_fr.ts"),
  ha: () => import("./more_ha.ts"),
  it: () => import("./more_it.ts"),
  ku: () => import("./more_ku.ts"),
  my: () => import("./more_my.ts"),
  prs: () => import("./more_prs.ts"),
  ps: () => import("./more_ps.ts"),
  pt: () => import("./more_pt.ts"),
  ru: () => import("./more_ru.ts"),
  so: () => import("./more_so.ts"),
  sw: () => import("./more_sw.ts"),
  ti: () => import("./more_ti.ts"),
  tr: () => import("./more_tr.ts"),
  uk: () => import("./more_uk.ts"),
};

/** Rejects when they cannot be fetched; `orEnglish`: never. */
export async function insideTexts(language: string, orEnglish: boolean): Promise<InsideTexts> {
  const catalogue = INSIDE[language];
  if (catalogue === undefined) return english;
  try {
    return (await load(catalogue)).texts;
  } catch (error) {
    if (orEnglish) return english;
    throw error;
  }
}
