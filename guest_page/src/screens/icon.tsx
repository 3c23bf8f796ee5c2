import type { JSX } from "preact";

/** What people who read little go by, before the words; drawn by us on 24 by 24 units, in the colour of the words. */
export interface Drawing {
  path: string;
  /** It shows a direction: mirrored where words run from right to left. */
  turns?: true;
}

export const ONWARD: Drawing = { path: "M4 12h15m-6-6 6 6-6 6", turns: true };
export const CROSS: Drawing = { path: "M6 6l12 12M18 6 6 18" };

export function Icon({ path, turns }: Drawing): JSX.Element {
  return (
    <svg class={turns ? "icon turns" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
