import type { JSX } from "preact";
import type { Flow } from "../flow.ts";
import type { Visit } from "../visit.ts";
import { CallDoor } from "./call_door.tsx";
import { DeviceTestScreen } from "./device_test.tsx";
import { Door, EnterButton } from "./door.tsx";
import { Early } from "./early.tsx";
import { Asking, Full } from "./full.tsx";
import { Notice } from "./notice.tsx";
import { Room } from "./room.tsx";
import { Terms } from "./terms.tsx";

/** The screens that are fetched while the first ones are being read. */
export function Behind({ visit, flow }: { visit: Visit; flow: Flow }): JSX.Element | null {
  const { texts } = visit.loaded.inner;
  const phone = visit.info?.support_phone ?? null;
  switch (flow.at) {
    case "terms":
      return <Terms visit={visit} opened={flow.opened} name={flow.name} busy={flow.busy} problem={flow.problem} />;
    case "device": {
      const { busy, problem } = flow;
      const enter = { visit, busy, problem };
      return flow.skipped ? <Door {...enter} /> : <DeviceTestScreen visit={visit} next={<EnterButton {...enter} />} onSkip={() => visit.skipTest()} />;
    }
    case "early":
      return <Early visit={visit} opensAt={flow.opensAt} busy={flow.busy} problem={flow.problem} />;
    case "full":
      return <Full visit={visit} {...flow} />;
    case "asking":
      return <Asking visit={visit} />;
    case "refused":
      return <Notice title={texts.refusedTitle} text={texts.refusedText} phone={phone} texts={texts} button={texts.tryAgain} onPress={() => visit.startAgain()} />;
    case "moved":
      return <Notice title={texts.movedTitle} text={texts.movedText} after={texts.wiped} />;
    case "not_me":
      return <Notice title={texts.notMeTitle} text={texts.notMeText} />;
    case "unable":
      return <Notice title={texts.unableTitle} text={texts.unableText} phone={phone} texts={texts} />;
    case "call":
      return <CallDoor visit={visit} busy={flow.busy} refused={flow.refused} />;
    case "inside":
      return <Room visit={visit} seat={flow.seat} />;
    default:
      return null;
  }
}
