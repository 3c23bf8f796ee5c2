/** What the call says, by language. */
import { load } from "../../load.ts";
import { type CallTexts, texts as english } from "./call_en.ts";

export type { CallTexts };

export const CALL: Record<string, () => Promise<{ texts: CallTexts }>> = {
  am: () => import("./call_am.ts"),
  ar: () => import("./call_ar.ts"),
  de: () => import("./call_de.ts"),
  es: () => import("./call_es.ts"),
  fa: () => import("./call_fa.ts"),
  fr: () => import("./call_fr.ts"),
  ha: () => import("./call_ha.ts"),
  it: () => import("./call_it.ts"),
  ku: () => import("./call_ku.ts"),
  my: () => import("./call_my.ts"),
  prs: () => import("./call_prs.ts"),
  ps: () => import("./call_ps.ts"),
  pt: () => import("./call_pt.ts"),
  ru: () => import("./call_ru.ts"),
  so: () => import("./call_so.ts"),
  sw: () => import("./call_sw.ts"),
  ti: () => import("./call_ti.ts"),
  tr: () => import("./call_tr.ts"),
  uk: () => import("./call_uk.ts"),
};

/** Their language is English where there are none, or they cannot be fetched now. */
export async function callTexts(language: string): Promise<{ language: string; texts: CallTexts }> {
  const catalogue = CALL[language];
  try {
    if (catalogue !== undefined) return { language, texts: (await load(catalogue)).texts };
  } catch {
    // Whoever needs them may ask again.
  }
  return { language: "en", texts: english };
}
