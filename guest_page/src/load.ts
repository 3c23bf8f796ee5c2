/** Parts of the page that are fetched when they are needed. */

const AGAIN_MS = 1_500;

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * The part, tried twice and no more. Many a browser remembers an `import()` that failed for as long as the page lives: after the second
 * failure only another loading of the page can help, and whoever needs the part has to see to that (`Return`).
 */
export function load<T>(part: () => Promise<T>, pause = wait): Promise<T> {
  return part().catch(() => pause(AGAIN_MS).then(part));
}
