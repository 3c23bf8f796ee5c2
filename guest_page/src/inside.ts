/** What comes after the first screens; loaded while they are still being read. */
export { insideTexts } from "./texts/inside/index.ts";
export { testNetwork } from "./device/network.ts";
export { DeviceTestScreen } from "./screens/device_test.tsx";
export { Door, EnterButton } from "./screens/door.tsx";
export { Asking, Full } from "./screens/full.tsx";
export { Early } from "./screens/early.tsx";
export { Room } from "./screens/room.tsx";
export { prepareFile } from "./files/prepare.ts";
export { Stay } from "./stay.ts";
