import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { arrayFrom, objectFrom, parseJson, stringFrom } from '../../hosts/guards.ts';
import { startNodeRed } from '../../hosts/node-red/launch.ts';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { agentList } from '../agents.ts';
import { repositoryRoot } from '../../hosts/paths.ts';
import { packageFolders } from '../build-if-needed.ts';
import { flowEnvironment, stopBoundMs } from '../flow-host.ts';
import type { FlowHost, FlowHostSetup } from '../flow-host.ts';
import { hostLog } from '../host-log.ts';

/** The id of the agent node in `flow.json`; its credentials hold the agents. */
const agentNodeId = 'demo-agents';

/** Starts Node-RED with the palette. The first run also adds the demonstration's flow. */
export async function startNodeRedFlow(setup: FlowHostSetup): Promise<FlowHost> {
  const userDir = path.join(setup.folder, 'node-red');
  const kept = existsSync(path.join(userDir, 'flows.json'));
  await linkPalette(userDir);
  const host = await startNodeRed({
    userDir,
    port: setup.port,
    env: flowEnvironment(setup),
    // An editor without a login can run any program, so limit access to this computer.
    middleware: { module: path.join(repositoryRoot, 'demo/own-computer.ts'), name: 'ownComputerOnly' },
    settings: {
      editorTheme: {
        page: {
          title: 'The flow',
          favicon: path.join(repositoryRoot, 'packages/simulator/src/console/page/icon.svg'),
          css: path.join(import.meta.dirname, 'editor', 'editor.css'),
          scripts: path.join(import.meta.dirname, 'editor', 'in-a-frame.js'),
        },
        header: {
          title: 'The flow',
          image: path.join(repositoryRoot, 'packages/simulator/src/console/page/icon.svg'),
        },
        tours: false,
        projects: { enabled: false },
        codeEditor: { lib: 'monaco' },
      },
    },
    ...(kept
      ? {}
      : { flows: await readFlow(), credentials: { [agentNodeId]: { idCrm: agentList(setup.agents) } } }),
    onOutput: hostLog(path.join(setup.folder, 'node-red.log')),
  });
  return {
    name: `Node-RED ${host.version}`,
    editorUrl: host.url,
    framed: true,
    login: undefined,
    kept,
    ended: host.process.exited.then(() => host.process.exitError() ?? new Error('Node-RED ended')),
    stop: () => host.stop(stopBoundMs),
    killNow: () => {
      host.process.killNow();
    },
  };
}

/** Links the built palette, because packing and installing it would take seconds. */
async function linkPalette(userDir: string): Promise<void> {
  const manifest = path.join(packageFolders['node-red'], 'package.json');
  const content = objectFrom(parseJson(await readFile(manifest, 'utf8'), manifest), manifest);
  const target = path.join(userDir, 'node_modules', stringFrom(content['name'], `${manifest}: name`));
  await mkdir(path.dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true });
  await symlink(packageFolders['node-red'], target, 'junction');
}

async function readFlow(): Promise<FlowNode[]> {
  const file = path.join(import.meta.dirname, 'flow.json');
  return arrayFrom(parseJson(await readFile(file, 'utf8'), file), file).map((entry) => {
    const node = objectFrom(entry, file);
    return { ...node, id: stringFrom(node['id'], 'id'), type: stringFrom(node['type'], 'type') };
  });
}
