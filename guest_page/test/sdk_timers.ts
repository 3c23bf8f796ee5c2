/** The library waits for answers by timers of minutes, which would keep this process after its test. */
const { setTimeout: timer } = globalThis;
globalThis.setTimeout = ((act: () => void, milliseconds = 0) => {
  const started = timer(act, milliseconds);
  return milliseconds > 10_000 ? started.unref() : started;
}) as typeof setTimeout;
