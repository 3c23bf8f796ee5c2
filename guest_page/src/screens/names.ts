import type { Seat } from "../api.ts";
import { apart, numberIn } from "../texts/fill.ts";
import type { AllTexts } from "../texts/inside/index.ts";

/** Role labels as the room's members carry them, with the text that says the same. A trailing number is kept ("Interpreter 2"). */
const ROLES: Record<string, keyof AllTexts> = {
  "Service user": "roleServiceUser",
  Relative: "roleRelative",
  Interpreter: "roleInterpreter",
  Colleague: "roleColleague",
};

export function roleOf(label: string, texts: AllTexts): string {
  const [, role = label, number = ""] = /^(.*?)( \d+)?$/.exec(label) ?? [];
  const key = ROLES[role];
  if (key === undefined) return label;
  return number === "" ? texts[key] : `${texts[key]} ${numberIn(texts, Number(number))}`;
}

/** Visitors by the name they chose, the bot by its own, everybody else is staff. */
export function nameOf(user: string, seat: Seat, texts: AllTexts): string {
  if (user === seat.bot) return "Teleconnect";
  const person = seat.people.find((known) => known.user === user);
  if (person === undefined || typeof person.call_of === "string") return texts.staff;
  const role = roleOf(person.label, texts);
  return person.name === "" ? role : `${apart(person.name, role)} (${role})`;
}
