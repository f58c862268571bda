import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const script = `
module.exports = function (RED) {
  function DummyTicker(config) {
    RED.nodes.createNode(this, config);
    const node = this;
    const secret = (this.credentials || {}).secret;
    node.status({ fill: 'green', shape: 'dot', text: secret ? 'has secret' : 'no secret' });
    node.on('input', (msg, send, done) => {
      node.status({ fill: 'blue', shape: 'ring', text: 'saw ' + msg.payload });
      send({ ...msg, payload: { saw: msg.payload, long: 'x'.repeat(2000) } });
      done();
    });
  }
  RED.nodes.registerType('dummy-ticker', DummyTicker, {
    credentials: { secret: { type: 'password' }, user: { type: 'text' } },
  });
};
`;

const page = `
<script type="text/javascript">
  RED.nodes.registerType('dummy-ticker', {
    category: 'function', color: '#ddd', inputs: 1, outputs: 1, defaults: { name: { value: '' } },
    credentials: { secret: { type: 'password' }, user: { type: 'text' } },
    label: function () { return this.name || 'dummy ticker'; },
  });
</script>
<script type="text/html" data-template-name="dummy-ticker"></script>
`;

/** Writes a small Node-RED package with one node type, `dummy-ticker`, and returns its folder. */
export async function writeDummyNodeRedPackage(parent: string): Promise<string> {
  const folder = path.join(parent, 'dummy-node-red-package');
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: '@dummy/node-red-dummy',
    version: '1.0.0',
    license: 'MIT',
    files: ['dummy.js', 'dummy.html'],
    'node-red': { version: '>=3.0.0', nodes: { 'dummy-ticker': 'dummy.js' } },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'dummy.js'), script);
  await writeFile(path.join(folder, 'dummy.html'), page);
  await writeFile(path.join(folder, 'not-packed.txt'), 'A file that npm pack leaves out.');
  return folder;
}
