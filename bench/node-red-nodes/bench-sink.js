/**
 * Counts messages for function nodes, which call `global.get('bench').hit(sentAt)`, and with a
 * `progressPort` tells the server there of every 500 with one byte. Routes of the admin API:
 * `/bench/expect?calls=N` begins anew, `/bench/counted` says how many have arrived, and when all
 * have, how long that took, `/bench/latency` gives percentiles.
 */
const { connect } = require('node:net');
const { createHistogram } = require('node:perf_hooks');

const PROGRESS_CALLS = 500;

module.exports = function (RED) {
  const state = {
    expected: 0,
    arrived: 0,
    firstAt: 0,
    lastAt: 0,
    cpuAt: null,
    cpu: null,
    histogram: createHistogram(),
    progress: null,
  };

  RED.settings.functionGlobalContext.bench.hit = (sentAt) => {
    if (sentAt !== undefined) state.histogram.record(process.hrtime.bigint() - BigInt(sentAt) || 1n);
    if (state.arrived === 0) {
      state.firstAt = performance.now();
      state.cpuAt = process.cpuUsage();
    }
    state.arrived++;
    if (state.progress !== null && state.arrived % PROGRESS_CALLS === 0) state.progress.write('.');
    if (state.arrived !== state.expected) return;
    state.lastAt = performance.now();
    state.cpu = process.cpuUsage(state.cpuAt);
  };

  RED.httpAdmin.get('/bench/expect', (request, response) => {
    Object.assign(state, { expected: Number(request.query.calls), arrived: 0, histogram: createHistogram() });
    response.json({});
  });
  RED.httpAdmin.get('/bench/counted', (request, response) => {
    const { arrived, expected, firstAt, lastAt, cpu } = state;
    if (arrived < expected) response.json({ arrived });
    else response.json({ arrived, ms: lastAt - firstAt, cpuMs: (cpu.user + cpu.system) / 1_000 });
  });
  RED.httpAdmin.get('/bench/latency', (request, response) => {
    const at = (percent) => state.histogram.percentile(percent) / 1e6;
    response.json({ p50: at(50), p99: at(99), p999: at(99.9), count: state.histogram.count });
  });

  RED.nodes.registerType('bench-sink', function (config) {
    RED.nodes.createNode(this, config);
    if (config.progressPort === undefined) return;
    const socket = connect(config.progressPort, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('error', (error) => this.error(error));
    state.progress = socket;
    this.on('close', () => socket.destroy());
  });
};
