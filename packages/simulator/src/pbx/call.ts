/**
 * From the agent's point of view: `incoming` rings the agent's device, `outgoing` starts from it.
 */
export type CallDirection = 'incoming' | 'outgoing';

/** A call to place. */
export interface CallRequest {
  /** Default `incoming`. */
  direction?: CallDirection | undefined;
  /** The `idCrm` of the agent, or of several: a queue rings them all with one `uniqueId`. */
  agents: string | readonly string[];
  /** The other party's number, sent unchanged. */
  phoneNumber: string;
  /**
   * True: from a waiting queue or an outgoing campaign (`"yes"`); false: a direct call (`"no"`).
   * Default: true for several agents, false for one.
   */
  callCenter?: boolean | undefined;
  /** Default: a new one, `<Unix seconds>.<counter>`. */
  uniqueId?: string | undefined;
  /** Additional fields for the message, as a newer server might send. */
  extraFields?: Readonly<Record<string, unknown>> | undefined;
}

/** A call that was placed. */
export interface PlacedCall {
  readonly uniqueId: string;
  readonly direction: CallDirection;
  readonly phoneNumber: string;
  readonly callCenter: boolean;
  /** Milliseconds since 1970. */
  readonly placedAt: number;
  /** The `idCrm` of every agent for which it was placed. */
  readonly agents: readonly string[];
  /** The `idCrm` of every agent whose API session received it. */
  readonly delivered: readonly string[];
}
