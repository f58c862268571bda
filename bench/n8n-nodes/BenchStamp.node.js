'use strict';
const { appendFileSync } = require('node:fs');

/**
 * Appends one line of JSON for each item: the call's number and the moment, on the machine's
 * monotonic clock, in milliseconds.
 */
class BenchStamp {
  constructor() {
    this.description = {
      displayName: 'Bench Stamp',
      name: 'benchStamp',
      group: ['output'],
      version: 1,
      description: 'Writes down when an execution reached it',
      defaults: { name: 'Bench Stamp' },
      inputs: ['main'],
      outputs: ['main'],
      properties: [{ displayName: 'File', name: 'file', type: 'string', default: '' }],
    };
  }

  async execute() {
    const at = Number(process.hrtime.bigint()) / 1e6;
    const lines = this.getInputData().map(
      ({ json }) => `${JSON.stringify({ id: json.uniqueId ?? json.body.uniqueId, at })}\n`,
    );
    appendFileSync(this.getNodeParameter('file', 0), lines.join(''));
    return [[]];
  }
}

exports.BenchStamp = BenchStamp;
