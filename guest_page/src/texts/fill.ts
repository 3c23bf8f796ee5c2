import type { Texts } from "./index.ts";

const RIGHT_TO_LEFT_LETTER = /[\u0590-\u08ff]/;

/** A name or a time inside a text, set apart where one of the two runs from right to left (Unicode Bidirectional Algorithm, 2.4). */
export function apart(value: string, around = ""): string {
  return RIGHT_TO_LEFT_LETTER.test(value + around) ? `\u2068${value}\u2069` : value;
}

export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => {
    const value = values[key];
    return value === undefined ? whole : apart(value, text);
  });
}

/** A number in the digits of the language. */
export function numberIn(texts: Texts, number: number): string {
  return String(number).replace(/\d/g, (digit) => texts.digits[Number(digit)] ?? digit);
}
