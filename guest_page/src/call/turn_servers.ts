/** The TURN servers that the homeserver names, with passwords that run out (Matrix specification, `/voip/turnServer`). */
import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import { between, type Moment, now } from "../moment.ts";
import { patiently } from "../patience.ts";

export interface TurnServer {
  urls: string[];
  username: string;
  credential: string;
}

const AGAIN_MS = [1_000, 3_000, 6_000];

export class TurnServers {
  /** Empty when there are none, or they were not asked for yet. */
  known: TurnServer[] = [];
  private readonly client: MatrixClient;
  private readonly now: () => Moment;
  /** Null while none are known. */
  private renewed: Moment | null = null;
  private goodFor = 0;

  constructor(client: MatrixClient, clock: () => Moment = now) {
    this.client = client;
    this.now = clock;
  }

  /** Their passwords are good for half of their life at least. Rejects when the homeserver cannot be asked. */
  async fresh(): Promise<TurnServer[]> {
    if (this.renewed === null || between(this.renewed, this.now()) >= this.goodFor) await this.renew();
    return this.known;
  }

  /** Like `fresh`, but a homeserver that cannot be asked is asked again for ten seconds, as long as it is wanted. */
  patiently(wanted: () => boolean): Promise<TurnServer[]> {
    return patiently(AGAIN_MS, () => this.fresh(), wanted);
  }

  async renew(): Promise<void> {
    const { uris, username, password, ttl } = await this.client.turnServer();
    this.known = uris === undefined || uris.length === 0 ? [] : [{ urls: uris, username, credential: password }];
    this.renewed = this.known.length === 0 ? null : this.now();
    this.goodFor = ((ttl ?? 0) * 1000) / 2;
  }
}
