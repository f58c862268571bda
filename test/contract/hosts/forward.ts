/** Messages from a host's process to the test: that it is ready, and each message of the node. */
export type FromHost = { readonly ready: true } | { readonly message: unknown };

/** The server and the secret, which the test sends to a host's process over its channel. */
export interface ToHost {
  readonly url: string;
  readonly idCrm: string;
}

export function tell(message: FromHost): void {
  process.send?.(message);
}

/** Waits for the test's first message. */
export async function settings(): Promise<ToHost> {
  return new Promise((resolve) => {
    process.once('message', (message: unknown) => {
      if (typeof message !== 'object' || message === null) throw new Error('No settings came.');
      const { url, idCrm } = { url: undefined, idCrm: undefined, ...message };
      if (typeof url !== 'string' || typeof idCrm !== 'string')
        throw new Error('The settings are incomplete.');
      resolve({ url, idCrm });
    });
  });
}

/** Forwards new entries of a growing list until the process ends. */
export function forward(list: () => readonly unknown[]): void {
  let told = 0;
  setInterval(() => {
    for (const message of list().slice(told)) {
      tell({ message });
      told++;
    }
  }, 5);
}
