import type { DemoAgent } from './agents.ts';

/** The parameters of a host that runs the demonstration's flow. */
export interface FlowHostSetup {
  /** The folder for the host's files, kept between runs. */
  folder: string;
  port: number;
  /** The simulated PBX. */
  serverUrl: string;
  agents: readonly DemoAgent[];
  crmUrl: string;
  /** The address for the flow's Slack messages; secret for a real Slack. */
  slackUrl: string;
  onProgress: (line: string) => void;
}

/** A host that runs the flow. */
export interface FlowHost {
  /** The displayed name, for example `Node-RED 5.0.7`. */
  readonly name: string;
  /** The address of the flow's editor. */
  readonly editorUrl: string;
  /** Whether the demonstration's page can show the editor in a frame. */
  readonly framed: boolean;
  /** The login; undefined when none is needed. */
  readonly login: { email: string; password: string } | undefined;
  /** Whether the flow was kept from an earlier run, with the user's changes. */
  readonly kept: boolean;
  /** Resolves with an error when the host ends unexpectedly. */
  readonly ended: Promise<Error>;
  /** Ends the host within 5 seconds. Idempotent, never throws. */
  stop(): Promise<void>;
  /** Kills the host at once. */
  killNow(): void;
}

/** How long a host may take to end cleanly, in milliseconds. */
export const stopBoundMs = 5_000;

/** Environment variables with the addresses that the flow uses. */
export function flowEnvironment(setup: FlowHostSetup): Record<string, string> {
  return { ACCOLADES_URL: setup.serverUrl, CRM_URL: setup.crmUrl, SLACK_URL: setup.slackUrl };
}
