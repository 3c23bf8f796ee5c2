/**
 * Stands in for `loglevel`, through which the SDK would write user ids and event ids to the console (see vite.config.ts).
 * Only the names that matrix-js-sdk uses.
 */
const nothing = (): void => undefined;

interface Silent {
  [name: string]: unknown;
}

function silent(): Silent {
  return { trace: nothing, debug: nothing, log: nothing, info: nothing, warn: nothing, error: nothing, setLevel: nothing, rebuild: nothing };
}

const loggers = new Map<string, Silent>();

function getLogger(name: string): Silent {
  const known = loggers.get(name) ?? silent();
  loggers.set(name, known);
  return known;
}

export default { ...silent(), levels: { DEBUG: 1 }, getLogger };
