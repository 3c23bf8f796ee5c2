import { render } from "preact";
import { takeLink } from "../link.ts";
import { preselect } from "../texts/index.ts";
import { offered } from "./answers.ts";
import { Desk } from "./desk.ts";
import { Page } from "./page.tsx";

const place = document.getElementById("page");
if (place === null) throw new Error("interpreter.html has no #page");

const desk = new Desk(takeLink(window) ?? "", draw);

function draw(): void {
  const { words } = desk;
  if (words !== null) {
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
    document.title = words.texts["title"] ?? document.title;
  }
  if (place !== null) render(<Page desk={desk} />, place);
}

// Another link that is opened in the same tab differs after the # alone, for which no browser loads a page anew.
window.addEventListener("hashchange", () => window.location.reload());

place.replaceChildren();
void offered().then((languages) => desk.read(preselect(navigator.languages, languages)));
