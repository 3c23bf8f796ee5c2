import type { JSX } from "preact";
import type { Problem } from "../flow.ts";
import type { Visit } from "../visit.ts";
import { Icon, ONWARD } from "./icon.tsx";
import { ProblemLine } from "./problem.tsx";

export function LanguageChoice({ visit, busy, problem }: { visit: Visit; busy: boolean; problem: Problem | null }): JSX.Element {
  const { texts } = visit.loaded.reading;
  return (
    <form
      class="steps"
      onSubmit={(event) => {
        event.preventDefault();
        void visit.continue();
      }}
    >
      <h1 tabIndex={-1} id="choose">
        {texts.chooseLanguage}
      </h1>
      <div class="languages" role="radiogroup" aria-labelledby="choose">
        {(visit.info?.languages ?? []).map(({ code, name, direction }) => (
          <label key={code} class="language" lang={code} dir={direction}>
            <input type="radio" name="language" value={code} checked={visit.loaded.language === code} onChange={() => void visit.choose(code)} />
            <span>{name}</span>
          </label>
        ))}
      </div>
      <ProblemLine problem={problem} texts={texts} id="problem" />
      <div class="bottom">
        <button type="submit" class="primary" disabled={busy}>
          <Icon {...ONWARD} />
          {texts.continue}
        </button>
      </div>
    </form>
  );
}
