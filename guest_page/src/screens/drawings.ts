/** The drawings of the screens behind the first ones. */
import type { Drawing } from "./icon.tsx";

export const DOOR_IN: Drawing = { path: "M12 4h7v16h-7M3 12h11m-4-4 4 4-4 4", turns: true };
export const DOOR_OUT: Drawing = { path: "M12 4H5v16h7M10 12h11m-4-4 4 4-4 4", turns: true };
export const NOT_ME: Drawing = { path: "M12 3a9 9 0 1 0 .01 0M5.6 5.6l12.8 12.8" };
export const TEST: Drawing = { path: "M13 21H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v5M10.5 6h3M14 16l3 3 5-6" };
export const SKIP: Drawing = { path: "M5 6l6 6-6 6m7-12 6 6-6 6", turns: true };
export const SEND: Drawing = { path: "M4 4l17 8-17 8 3-8zm3 8h7", turns: true };
export const CLIP: Drawing = { path: "M8 12l6-6a3.2 3.2 0 0 1 4.6 4.6l-8.5 8.5a5 5 0 0 1-7-7L11 4.3" };
export const CAMERA: Drawing = { path: "M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zm11 4 7-4v10l-7-4" };
export const MICROPHONE: Drawing = { path: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5 11a7 7 0 0 0 14 0M12 18v3M9 21h6" };
export const SPEAKER: Drawing = { path: "M3 9.5v5h4l5 4.5V5L7 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" };
export const NETWORK: Drawing = { path: "M2.5 9.5a14 14 0 0 1 19 0M6 13.5a9 9 0 0 1 12 0M9.3 17a4.5 4.5 0 0 1 5.4 0M12 20h.01" };
export const CALL: Drawing = { path: "M5 3h4l1.5 5L8 9.8a12 12 0 0 0 6.2 6.2l1.8-2.5 5 1.5v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2z" };
