import type { JSX } from "preact";
import type { Opened } from "../api.ts";
import type { Problem } from "../flow.ts";
import type { Visit } from "../visit.ts";
import { CannotCome } from "./cannot_come.tsx";
import { Icon, ONWARD } from "./icon.tsx";
import { Mistake } from "./mistake.tsx";
import { ProblemLine } from "./problem.tsx";
import { Paragraphs } from "./paragraphs.tsx";

const LONGEST_NAME = 60;

interface Shown {
  visit: Visit;
  opened: Opened;
  /** What was chosen before, when it could not be taken. */
  name: string;
  busy: boolean;
  problem: Problem | null;
}

export function Terms({ visit, opened, name: before, busy, problem }: Shown): JSX.Element {
  const { texts } = visit.loaded.inner;
  return (
    <form
      class="steps"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void visit.agree(event.currentTarget.querySelector("input")?.value ?? "");
      }}
    >
      <h1 tabIndex={-1}>{texts.termsTitle}</h1>
      <div class="card terms">
        <Paragraphs text={opened.terms.text} />
        <p>
          <a class="kept" href={`/kept/${visit.loaded.reading.language}`} target="_blank" rel="noopener">
            {texts.kept}
          </a>
        </p>
      </div>
      <div class="field">
        <label for="name">{texts.yourName}</label>
        <input
          id="name"
          type="text"
          dir="auto"
          autocomplete="off"
          autocapitalize="words"
          spellcheck={false}
          maxLength={LONGEST_NAME}
          required
          defaultValue={before || visit.name}
          aria-describedby="name-hint problem"
          aria-invalid={problem === "name"}
        />
        <p class="hint" id="name-hint">
          {texts.nameHint}
        </p>
      </div>
      <ProblemLine problem={problem} texts={texts} id="problem" />
      <p class="hint">{texts.agree}</p>
      <button type="submit" class="primary" disabled={busy}>
        <Icon {...ONWARD} />
        {texts.continue}
      </button>
      <Mistake visit={visit} busy={busy} />
      <CannotCome visit={visit} />
    </form>
  );
}
