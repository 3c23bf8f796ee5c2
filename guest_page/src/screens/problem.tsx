import type { JSX } from "preact";
import type { Problem } from "../flow.ts";
import type { Texts } from "../texts/index.ts";

/** Always in the page, so that a screen reader notices when it fills. */
export function ProblemLine({ problem, texts, id }: { problem: Problem | null; texts: Texts; id: string }): JSX.Element {
  const said = { network: texts.problemNetwork, name: texts.problemName, slow: texts.problemSlow, other: texts.problemOther };
  return (
    <p class="problem" role="alert" id={id}>
      {problem === null ? "" : said[problem]}
    </p>
  );
}
