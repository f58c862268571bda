'use strict';
const { appendFileSync } = require('node:fs');

/**
 * Appends one line of JSON for each item: the execution, its mode, the call's id and the process
 * that runs it.
 */
class Sink {
  constructor() {
    this.description = {
      displayName: 'Sink',
      name: 'sink',
      group: ['output'],
      version: 1,
      description: 'Writes down what arrives',
      defaults: { name: 'Sink' },
      inputs: ['main'],
      outputs: ['main'],
      properties: [{ displayName: 'File', name: 'file', type: 'string', default: '' }],
    };
  }

  async execute() {
    const file = this.getNodeParameter('file', 0);
    const execution = Number(this.getExecutionId());
    const mode = this.getMode();
    const lines = this.getInputData().map(({ json }) =>
      JSON.stringify({ execution, mode, id: json.uniqueId, pid: process.pid }),
    );
    appendFileSync(file, `${lines.join('\n')}\n`);
    return [[]];
  }
}

exports.Sink = Sink;
