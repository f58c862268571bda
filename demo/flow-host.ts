import type { DemoAgent } from './agents.ts';

/** What a host needs to run the demonstration's flow. */
export interface FlowHostSetup {
  /** Where the host keeps its files between runs. */
  folder: string;
  port: number;
  /** The simulated PBX. */
  serverUrl: string;
  agents: readonly DemoAgent[];
  crmUrl: string;
  /** Where the flow posts its Slack messages; secret when it is a real Slack. */
  slackUrl: string;
  onProgress: (line: string) => void;
}

/** A host that runs the flow. */
export interface FlowHost {
  /** For people, e.g. `Node-RED 5.0.7`. */
  readonly name: string;
  /** Where the flow is edited. */
  readonly editorUrl: string;
  /** Whether the editor lets the demonstration's page show it in a frame. */
  readonly framed: boolean;
  /** How to log in, when one must. */
  readonly login: { email: string; password: string } | undefined;
  /** Whether the flow is one that an earlier run left, with the changes that were made to it. */
  readonly kept: boolean;
  /** Resolves with an error when the host ends by itself. */
  readonly ended: Promise<Error>;
  /** Ends the host within 5 seconds. Idempotent, never throws. */
  stop(): Promise<void>;
  /** Kills the host at once. */
  killNow(): void;
}

/** How long a host has for a clean end, in milliseconds. */
export const stopBoundMs = 5_000;

/** The environment that the flow reads its addresses from. */
export function flowEnvironment(setup: FlowHostSetup): Record<string, string> {
  return { ACCOLADES_URL: setup.serverUrl, CRM_URL: setup.crmUrl, SLACK_URL: setup.slackUrl };
}
