/** What a bad line may refuse is tried again, after pauses that grow. */

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** These pauses, and then the last of them without end. */
export function* withoutEnd(pauses: readonly [number, ...number[]]): Generator<number> {
  yield* pauses;
  for (;;) yield pauses[pauses.length - 1]!;
}

/**
 * Tried at once and after each of the `pauses`, in milliseconds; rejects as the last try does. Earlier, when it is not worth another one,
 * which is asked of the error, or when nobody wants it any more, before and after each pause.
 */
export async function patiently<T>(pauses: Iterable<number>, attempt: () => Promise<T>, again: (error: unknown) => boolean): Promise<T> {
  for (const pause of pauses) {
    try {
      return await attempt();
    } catch (error) {
      if (!again(error)) throw error;
      await wait(pause);
      if (!again(error)) throw error;
    }
  }
  return attempt();
}
