import type { ComponentChildren, JSX } from "preact";
import { Paragraphs } from "../screens/paragraphs.tsx";
import type { Trouble } from "./answers.ts";
import type { Desk } from "./desk.ts";

const LONGEST_NAME = 60;
const LONGEST_CONTACT = 254;
const LONGEST_REASON = 300;

/** What is read out first when it comes is what the screen is about. */
function focusHeading(main: HTMLElement | null): void {
  main?.querySelector<HTMLElement>("h1")?.focus();
}

export function Page({ desk }: { desk: Desk }): JSX.Element {
  const { words, request, step, trouble } = desk;
  const screen = `${request?.status ?? ""} ${step} ${request === null ? String(trouble) : ""}`;
  return (
    <div class="frame">
      <header>
        <p class="from">{request?.name ?? ""}</p>
        {words !== null && (
          <label class="choice">
            <span>{words.texts["language"]}</span>
            <select value={words.language} disabled={desk.busy} onChange={(event) => void desk.read(event.currentTarget.value)}>
              {words.languages.map(({ code, name }) => (
                <option key={code} value={code} lang={code}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
      </header>
      <main ref={focusHeading} key={screen}>
        <Screen desk={desk} />
      </main>
    </div>
  );
}

function Screen({ desk }: { desk: Desk }): JSX.Element {
  const { request, step, trouble, words } = desk;
  if (words === null) return desk.busy ? <Waiting text="Please wait…" /> : <Unreachable title="No connection. Please check your network and try again." button="Try again" />;
  const { texts } = words;
  if (request === null) {
    if (desk.busy) return <Waiting text={texts["wait"] ?? ""} />;
    if (trouble === "link") return <Said title={texts["lost"]} text={texts["lost_text"]} />;
    return <Said title={trouble === "slow" ? texts["problem_slow"] : texts["problem_network"]} />;
  }
  if (step === "accept") return <Accepting desk={desk} />;
  if (step === "decline") return <Reason desk={desk} title={texts[request.status === "confirm" ? "cannot" : "decline"]} onAnswer={(reason) => void desk.decline(reason)} />;
  if (step === "withdraw") return <Reason desk={desk} title={texts["cannot"]} onAnswer={(reason) => void desk.withdraw(reason)} />;
  switch (request.status) {
    case "asked":
      return (
        <Look desk={desk} title={texts["asked"]}>
          <Button desk={desk} primary text={texts["accept"]} onPress={() => desk.open("accept")} />
          {request.may_decline && <Button desk={desk} text={texts["decline"]} onPress={() => desk.open("decline")} />}
        </Look>
      );
    case "confirm":
      return (
        <Look desk={desk} title={texts["confirm"]}>
          <Button desk={desk} primary text={texts["possible"]} onPress={() => void desk.confirm()} />
          <Button desk={desk} text={texts["cannot"]} onPress={() => desk.open("decline")} />
        </Look>
      );
    case "accepted":
      return (
        <Look desk={desk} title={texts["accepted"]} text={texts["accepted_text"]}>
          <Button desk={desk} text={texts["cannot"]} onPress={() => desk.open("withdraw")} />
        </Look>
      );
    default:
      return <Said title={texts[request.status]} />;
  }
}

function Waiting({ text }: { text: string }): JSX.Element {
  return (
    <p class="quiet" role="status">
      {text}
    </p>
  );
}

function Said({ title, text }: { title: string | undefined; text?: string | undefined }): JSX.Element {
  return (
    <section class="card">
      <h1 tabIndex={-1}>{title}</h1>
      {text !== undefined && <p>{text}</p>}
    </section>
  );
}

function Unreachable({ title, button }: { title: string; button: string }): JSX.Element {
  return (
    <section class="card">
      <h1 tabIndex={-1}>{title}</h1>
      <button type="button" class="primary" onClick={() => location.reload()}>
        {button}
      </button>
    </section>
  );
}

interface Looked {
  desk: Desk;
  title: string | undefined;
  text?: string | undefined;
  children: ComponentChildren;
}

/** What is asked, and what can be answered. */
function Look({ desk, title, text, children }: Looked): JSX.Element {
  const texts = desk.words?.texts ?? {};
  return (
    <section class="steps">
      <h1 tabIndex={-1}>{title}</h1>
      {text !== undefined && <p>{text}</p>}
      {desk.changed && (
        <p class="problem" role="status">
          {texts["changed"]}
        </p>
      )}
      <dl class="card facts">
        {desk.request?.facts.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
      <Problem desk={desk} />
      {children}
    </section>
  );
}

interface Pressed {
  desk: Desk;
  text: string | undefined;
  primary?: boolean;
  onPress: () => void;
}

function Button({ desk, text, primary = false, onPress }: Pressed): JSX.Element {
  return (
    <button type="button" class={primary ? "primary" : "secondary"} disabled={desk.busy} onClick={onPress}>
      {text}
    </button>
  );
}

/** Said at once to whoever cannot see it; empty when nothing went wrong. */
function Problem({ desk }: { desk: Desk }): JSX.Element {
  const keys: Record<Trouble, string> = { link: "lost", slow: "problem_slow", name: "problem_name", contact: "problem_contact", network: "problem_network" };
  return (
    <p class="problem" role="alert" id="problem">
      {desk.trouble === null ? "" : desk.words?.texts[keys[desk.trouble]]}
    </p>
  );
}

interface Asked {
  desk: Desk;
  title: string | undefined;
  onAnswer: (written: FormData) => void;
  children: ComponentChildren;
}

/** What is asked before an answer is given, with the way back. */
function Form({ desk, title, onAnswer, children }: Asked): JSX.Element {
  return (
    <form
      class="steps"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onAnswer(new FormData(event.currentTarget));
      }}
    >
      <h1 tabIndex={-1}>{title}</h1>
      {children}
      <Problem desk={desk} />
      <button type="submit" class="primary" disabled={desk.busy}>
        {title}
      </button>
      <Button desk={desk} text={desk.words?.texts["back"]} onPress={() => desk.open("look")} />
    </form>
  );
}

function Accepting({ desk }: { desk: Desk }): JSX.Element {
  const texts = desk.words?.texts ?? {};
  const wrong = (which: Trouble) => (desk.trouble === which ? { "aria-invalid": true, "aria-describedby": "problem" } : {});
  return (
    <Form desk={desk} title={texts["accept"]} onAnswer={(written) => void desk.accept(String(written.get("name")), String(written.get("contact")))}>
      <div class="field">
        <label for="name">{texts["name"]}</label>
        <input id="name" name="name" type="text" dir="auto" maxLength={LONGEST_NAME} autocomplete="off" {...wrong("name")} />
      </div>
      <div class="field">
        <label for="contact">{texts["contact"]}</label>
        <input id="contact" name="contact" type="text" dir="ltr" maxLength={LONGEST_CONTACT} autocomplete="off" autocapitalize="none" spellcheck={false} {...wrong("contact")} />
        <p class="hint">{texts["contact_hint"]}</p>
      </div>
      <h2>{texts["terms"]}</h2>
      <div class="card terms">
        <Paragraphs text={desk.request?.terms.text ?? ""} />
      </div>
    </Form>
  );
}

function Reason({ desk, title, onAnswer }: { desk: Desk; title: string | undefined; onAnswer: (reason: string) => void }): JSX.Element {
  return (
    <Form desk={desk} title={title} onAnswer={(written) => onAnswer(String(written.get("reason")))}>
      <div class="field">
        <label for="reason">{desk.words?.texts["reason"]}</label>
        <textarea id="reason" name="reason" dir="auto" rows={3} maxLength={LONGEST_REASON} />
      </div>
    </Form>
  );
}
