/**
 * The least that a node for a WebSocket API can do: `ws`, `JSON.parse`, `send`. What it reaches is
 * the platform's own limit.
 */
const { WebSocket } = require('ws');

module.exports = function (RED) {
  RED.nodes.registerType('bench-bare', function (config) {
    RED.nodes.createNode(this, config);
    const socket = new WebSocket(config.url, { perMessageDeflate: false });
    socket.on('message', (data) => this.send({ payload: JSON.parse(data) }));
    socket.on('error', (error) => this.error(error));
    this.on('close', () => socket.terminate());
  });
};
