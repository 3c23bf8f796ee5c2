/** What comes after the first screens; loaded while they are still being read. */
export { Early } from "./screens/early.tsx";
export { Room } from "./screens/room.tsx";
export { prepareFile } from "./files/prepare.ts";
export { Stay } from "./stay.ts";
