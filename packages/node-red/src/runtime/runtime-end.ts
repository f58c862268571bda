import { processEnd } from '@accolades-flow/core/node';

/**
 * Notifies nodes that Node-RED was asked to end. Node-RED closes all nodes in the tick of the
 * signal, so it is delayed. PM2 sends the message with `--shutdown-with-message`.
 */
export function runtimeEnd(): ReturnType<typeof processEnd> {
  return processEnd({
    signals: ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGBREAK'],
    message: 'shutdown',
    holdMs: 1_500,
  });
}
