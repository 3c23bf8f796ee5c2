import type { JSX } from "preact";
import type { BrowserKind } from "../device/browser.ts";

/** Our own drawing of the question that this kind of browser asks, with the answer to press marked. Words stand beside it. */
export function PermissionPicture({ kind }: { kind: BrowserKind }): JSX.Element {
  return (
    <svg class="picture" viewBox="0 0 160 120" width="160" height="120" aria-hidden="true" focusable="false">
      {kind === "other" || kind === "mac" ? <Window /> : <Telephone />}
      {(kind === "iphone" || kind === "on_iphone" || kind === "samsung" || kind === "firefox") && <SideBySide />}
      {kind === "android" && <OneBelowAnother />}
      {(kind === "other" || kind === "mac") && <UnderTheAddress />}
    </svg>
  );
}

/** How another app leads to a real browser: its three dots, and the first entry behind them. */
export function OpenElsewherePicture(): JSX.Element {
  return (
    <svg class="picture" viewBox="0 0 160 120" width="160" height="120" aria-hidden="true" focusable="false">
      <Telephone />
      <circle cx="108" cy="14" r="2" fill="#0b5f63" />
      <circle cx="108" cy="20" r="2" fill="#0b5f63" />
      <circle cx="108" cy="26" r="2" fill="#0b5f63" />
      <circle cx="108" cy="20" r="11" fill="none" stroke="#0b5f63" stroke-width="3" />
      <rect x="62" y="38" width="50" height="34" rx="4" fill="#fff" stroke="#6f817e" stroke-width="2" />
      <rect x="67" y="43" width="40" height="9" rx="3" fill="#0b5f63" />
      <rect x="67" y="57" width="28" height="5" rx="2" fill="#c9d3d1" />
      <rect x="67" y="65" width="34" height="4" rx="2" fill="#c9d3d1" />
    </svg>
  );
}

function Telephone(): JSX.Element {
  return <rect x="44" y="3" width="72" height="114" rx="10" fill="#f4f6f5" stroke="#6f817e" stroke-width="3" />;
}

function Window(): JSX.Element {
  return (
    <>
      <rect x="4" y="10" width="152" height="102" rx="6" fill="#f4f6f5" stroke="#6f817e" stroke-width="3" />
      <rect x="26" y="18" width="120" height="10" rx="5" fill="#fff" stroke="#c9d3d1" stroke-width="2" />
      <circle cx="16" cy="23" r="4" fill="#6f817e" />
    </>
  );
}

/** A camera and a microphone. */
function Asked({ x, y }: { x: number; y: number }): JSX.Element {
  return (
    <g transform={`translate(${x} ${y})`} fill="#1d2b2a">
      <rect x="0" y="2" width="13" height="10" rx="2" />
      <path d="M14 6 l6 -3 v8 l-6 -3 z" />
      <rect x="29" y="0" width="6" height="10" rx="3" />
      <path d="M26 6 a6 6 0 0 0 12 0" fill="none" stroke="#1d2b2a" stroke-width="1.6" />
      <rect x="31.2" y="12" width="1.6" height="4" />
    </g>
  );
}

function SideBySide(): JSX.Element {
  return (
    <>
      <rect x="50" y="38" width="60" height="46" rx="6" fill="#fff" stroke="#6f817e" stroke-width="2" />
      <Asked x={61} y={45} />
      <rect x="54" y="68" width="24" height="11" rx="3" fill="#c9d3d1" />
      <rect x="82" y="68" width="24" height="11" rx="3" fill="#0b5f63" />
      <Tick x={94} y={73.5} />
    </>
  );
}

function OneBelowAnother(): JSX.Element {
  return (
    <>
      <rect x="50" y="52" width="60" height="58" rx="6" fill="#fff" stroke="#6f817e" stroke-width="2" />
      <Asked x={61} y={58} />
      <rect x="55" y="79" width="50" height="10" rx="3" fill="#0b5f63" />
      <Tick x={80} y={84} />
      <rect x="55" y="92" width="50" height="5" rx="2" fill="#c9d3d1" />
      <rect x="55" y="101" width="50" height="5" rx="2" fill="#c9d3d1" />
    </>
  );
}

function UnderTheAddress(): JSX.Element {
  return (
    <>
      <rect x="20" y="34" width="82" height="50" rx="5" fill="#fff" stroke="#6f817e" stroke-width="2" />
      <Asked x={30} y={42} />
      <rect x="26" y="66" width="32" height="12" rx="3" fill="#c9d3d1" />
      <rect x="63" y="66" width="32" height="12" rx="3" fill="#0b5f63" />
      <Tick x={79} y={72} />
    </>
  );
}

function Tick({ x, y }: { x: number; y: number }): JSX.Element {
  return <path d={`M${x - 4} ${y} l3 3 l6 -6`} fill="none" stroke="#fff" stroke-width="2" />;
}
