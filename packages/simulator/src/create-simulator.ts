import { Simulator } from './simulator.ts';
import type { SimulatorOptions } from './simulator-options.ts';

/**
 * Creates and starts a simulator. @throws the error of a listening socket, for example `EADDRINUSE`
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options);
  await simulator.start();
  try {
    if (options.rest) {
      const { host = '127.0.0.1', rest, tls } = options;
      await simulator.telephony.startRest({ host, port: rest.port ?? 0, tls });
    }
    if (options.connector) {
      const connectors = await import('./connectors/connector-server.ts');
      simulator.attachConnectors(await connectors.ConnectorServer.start(simulator, options.connector));
    }
    if (options.console) {
      // Loaded on demand: tests and benchmarks need no web server.
      const { startConsole } = await import('./console/console.ts');
      simulator.attachConsole(await startConsole(simulator, options.console));
    }
  } catch (error) {
    await simulator.close();
    throw error;
  }
  return simulator;
}
