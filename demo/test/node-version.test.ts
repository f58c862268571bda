import { expect } from 'chai';
import { nodeProblem } from '../node-version.ts';

describe('The Node.js of the demonstration', () => {
  it('is new enough', () => {
    expect(nodeProblem('24.21.0', '24.21.0', 'n8n')).to.equal(null);
    expect(nodeProblem('22.12.0', '22.12.0', 'node-red')).to.equal(null);
  });

  it('is reported as too old, with advice', () => {
    expect(nodeProblem('20.20.2', '20.20.2', 'node-red'))
      .to.include('This runs on Node.js 20.20.2')
      .and.to.include('npm ci');
    expect(nodeProblem('22.11.0', '24.0.0', 'node-red')).to.include('22.12');
    expect(nodeProblem('22.20.0', '22.20.0', 'n8n'))
      .to.include('n8n would run on Node.js 22.20.0')
      .and.to.include('24');
  });
});
