import type { JSX } from "preact";

/** A text of plain paragraphs, such as the terms; each runs in the direction of its own letters. */
export function Paragraphs({ text }: { text: string }): JSX.Element {
  const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== "");
  return (
    <>
      {paragraphs.map((paragraph, index) => (
        <p key={index} dir="auto">
          {paragraph}
        </p>
      ))}
    </>
  );
}
