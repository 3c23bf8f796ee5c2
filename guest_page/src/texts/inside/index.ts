/** The second part of each catalogue. A language without one reads these screens in English. */
import { texts as english, type InsideTexts } from "./more_en.ts";

export type { InsideTexts };

export const INSIDE: Record<string, () => Promise<{ texts: InsideTexts }>> = {
  fr: () => import("./more_fr.ts"),
};

export async function insideTexts(language: string): Promise<InsideTexts> {
  try {
    return (await INSIDE[language]?.())?.texts ?? english;
  } catch {
    return english;
  }
}
