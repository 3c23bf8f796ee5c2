import type { JSX } from "preact";
import type { Problem } from "../flow.ts";
import type { Texts } from "../texts/index.ts";
import type { Visit } from "../visit.ts";
import { CROSS, Icon } from "./icon.tsx";
import { LanguageChoice } from "./language.tsx";
import { Notice } from "./notice.tsx";
import { ProblemLine } from "./problem.tsx";

/** Each screen is a `main` of its own; what it is about is read out first when it comes. */
function focusHeading(main: HTMLElement | null): void {
  main?.querySelector<HTMLElement>("h1")?.focus();
}

/** The frame around every screen: who this is from, and the quick way out. */
export function Page({ visit }: { visit: Visit }): JSX.Element {
  const { words } = visit.loaded;
  const { at } = visit.flow;
  const shown = at === "device" && visit.flow.skipped ? "door" : at;
  const over = at === "ended" || at === "moved" || at === "not_me";
  return (
    <div class={at === "inside" ? "frame frame-room" : "frame"}>
      <header>
        <p class="from">{visit.from}</p>
        {!over && (
          <button type="button" class="quick-exit" onClick={() => visit.ownSeat.quickExit()}>
            <Icon {...CROSS} />
            {words.quickExit}
          </button>
        )}
      </header>
      <main ref={focusHeading} key={shown}>
        <Screen visit={visit} />
      </main>
    </div>
  );
}

function Waiting({ words }: { words: Pick<Texts, "wait"> }): JSX.Element {
  return (
    <p class="quiet" role="status">
      {words.wait}
    </p>
  );
}

interface Lost {
  visit: Visit;
  texts: Texts;
  busy: boolean;
  problem: Problem | null;
}

function LostLink({ visit, texts, busy, problem }: Lost): JSX.Element {
  const ask = visit.hasLink ? { button: texts.askForLink, busy, onPress: () => void visit.askForLink() } : {};
  return (
    <>
      <Notice title={texts.lostTitle} text={texts.lostText} phone={visit.info?.support_phone ?? null} texts={texts} {...ask} />
      <ProblemLine problem={problem} texts={texts} id="problem" />
    </>
  );
}

function Screen({ visit }: { visit: Visit }): JSX.Element {
  const { flow, loaded } = visit;
  const { words } = loaded;
  if (flow.at === "starting") return <Waiting words={words} />;
  if (flow.at === "unreachable") {
    return <Notice title={words.unreachableTitle} text={words.unreachableText} button={words.tryAgain} onPress={() => location.reload()} />;
  }
  const { texts } = loaded.reading;
  switch (flow.at) {
    case "language":
      return <LanguageChoice visit={visit} busy={flow.busy} problem={flow.problem} />;
    case "lost":
      return <LostLink visit={visit} texts={texts} busy={flow.busy} problem={flow.problem} />;
    case "asked":
      return <Notice title={texts.askedTitle} text={texts.askedText} phone={visit.info?.support_phone ?? null} texts={texts} />;
    case "elsewhere":
      return <Notice title={texts.elsewhereTitle} text={texts.elsewhereText} button={texts.useHere} onPress={() => void visit.ownSeat.useHere()} />;
    case "left":
      return <Notice title={texts.leftTitle} text={texts.leftText} button={texts.comeBack} onPress={() => void visit.ownSeat.comeBack()} />;
    case "ended": {
      const said = { closed: texts.endedClosed, cancelled: texts.endedCancelled, removed: texts.endedRemoved };
      return <Notice title={texts.endedTitle} text={flow.reason === null ? "" : said[flow.reason]} after={texts.wiped} />;
    }
    default:
      return loaded.inside === null || !loaded.innerKnown ? <Waiting words={words} /> : <loaded.inside.Behind visit={visit} flow={flow} />;
  }
}
