/** The TURN servers that the homeserver names, with passwords that run out (Matrix specification, `/voip/turnServer`). */
import type { MatrixClient } from "matrix-js-sdk/lib/client.js";

export interface TurnServer {
  urls: string[];
  username: string;
  credential: string;
}

export class TurnServers {
  /** Empty when there are none, or they were not asked for yet. */
  known: TurnServer[] = [];
  private readonly client: MatrixClient;
  private renewAt = 0;

  constructor(client: MatrixClient) {
    this.client = client;
  }

  /** Their passwords are good for half of their life at least. Rejects when the homeserver cannot be asked. */
  async fresh(): Promise<TurnServer[]> {
    if (Date.now() >= this.renewAt) await this.renew();
    return this.known;
  }

  async renew(): Promise<void> {
    const { uris, username, password, ttl } = await this.client.turnServer();
    this.known = uris === undefined || uris.length === 0 ? [] : [{ urls: uris, username, credential: password }];
    this.renewAt = this.known.length === 0 ? 0 : Date.now() + ((ttl ?? 0) * 1000) / 2;
  }
}
