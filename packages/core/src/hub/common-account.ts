import type { AgentConfiguration, ConfigurationEntity } from '../protocol/messages.ts';

/** Keeps once what all agents of an account have in common: its text may have 2,000 characters, and there may be thousands of agents. */
export class CommonAccount {
  #newest: ConfigurationEntity | null = null;

  /** The same configuration, with the account of the one before if that says the same. */
  in(configuration: AgentConfiguration): AgentConfiguration {
    const { account, phone, agent } = configuration;
    const newest = this.#newest;
    if (account !== null && account.id === newest?.id && account.data === newest.data) {
      return { account: newest, phone, agent };
    }
    this.#newest = account;
    return configuration;
  }
}
