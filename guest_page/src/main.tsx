import { render } from "preact";
import { Api } from "./api.ts";
import { callLink, takeLink } from "./link.ts";
import { Page } from "./screens/page.tsx";
import { browserStorage, Store } from "./store.ts";
import { Visit } from "./visit.ts";

const place = document.getElementById("page");
if (place === null) throw new Error("guest.html has no #page");

const calling = location.pathname === "/c";
const written = takeLink(window);
const { token, audioAlone } = calling ? callLink(written) : { token: written, audioAlone: false };

let drawing = false;
const visit = new Visit({
  api: new Api(),
  store: new Store(browserStorage()),
  token,
  calling,
  audioAlone,
  changed: () => {
    if (drawing) return;
    drawing = true;
    queueMicrotask(() => {
      drawing = false;
      draw();
    });
  },
});

function draw(): void {
  const { loaded } = visit;
  document.documentElement.lang = loaded.wordsLanguage;
  document.documentElement.dir = loaded.direction;
  if (document.visibilityState === "visible") document.title = loaded.words.title;
  if (place !== null) render(<Page visit={visit} />, place);
}

// A new link that is opened in the tab of an old one differs after the # alone, for which no browser loads a page anew.
window.addEventListener("hashchange", () => window.location.reload());

place.replaceChildren();
draw();
void visit.start();
