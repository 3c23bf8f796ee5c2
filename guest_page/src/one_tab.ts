const NAME = "seat";

let holding = false;

/**
 * Two tabs on one key store would break the encryption in both. Resolves to true while this tab holds the seat, to false when
 * another one does and `take` is not set. `lost` is called when another tab takes it over later.
 */
export function holdSeat(take: boolean, lost: () => void): Promise<boolean> {
  if (holding || !("locks" in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const held = (lock: Lock | null): Promise<never> | undefined => {
      holding = lock !== null;
      resolve(holding);
      return holding ? new Promise<never>(() => undefined) : undefined;
    };
    navigator.locks.request(NAME, take ? { steal: true } : { ifAvailable: true }, held).catch(() => {
      if (holding) lost();
      holding = false;
      resolve(true);
    });
  });
}
