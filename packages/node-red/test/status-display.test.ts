import { expect } from 'chai';
import type { NodeStatus } from '../src/runtime/node-status.ts';
import { CALL_UPDATE_MS, LAST_CALL_SHOWN_MS, StatusDisplay } from '../src/runtime/status-display.ts';
import { FakeTimers } from './fake-timers.ts';

const connected: NodeStatus = { fill: 'green', shape: 'dot', text: 'connected' };
const lost: NodeStatus = { fill: 'red', shape: 'ring', text: 'connection lost' };
const call = (text: string): NodeStatus => ({ fill: 'blue', shape: 'dot', text });

describe('The display of a status', () => {
  let timers: FakeTimers;
  let shown: (string | undefined)[];
  let display: StatusDisplay;

  beforeEach(() => {
    timers = new FakeTimers();
    shown = [];
    display = new StatusDisplay((status) => shown.push(status.text), timers.start);
    display.showConnection(connected);
  });

  it('shows the same connection once', () => {
    display.showConnection({ ...connected });
    expect(shown).to.deep.equal(['connected']);
  });

  it('shows a call for its time, then the connection again', () => {
    display.showCall(() => call('1'));
    timers.pass(LAST_CALL_SHOWN_MS - 1);
    expect(shown).to.deep.equal(['connected', '1']);
    timers.pass(1);
    expect(shown).to.deep.equal(['connected', '1', 'connected']);
    expect(timers.running).to.equal(0);
  });

  it('shows the last of many calls, not each', () => {
    for (let i = 1; i <= 100; i++) display.showCall(() => call(String(i)));
    timers.pass(CALL_UPDATE_MS);
    expect(shown).to.deep.equal(['connected', '1', '100']);
    timers.pass(LAST_CALL_SHOWN_MS);
    expect(shown.slice(3)).to.deep.equal(['connected']);
  });

  it('lets a change of the connection end a call', () => {
    display.showCall(() => call('1'));
    display.showCall(() => call('2'));
    display.showConnection(lost);
    timers.pass(LAST_CALL_SHOWN_MS * 2);
    expect(shown).to.deep.equal(['connected', '1', 'connection lost']);
    expect(timers.running).to.equal(0);
  });

  it('repeats the shown status', () => {
    display.showCall(() => call('1'));
    display.repeat();
    expect(shown).to.deep.equal(['connected', '1', '1']);
  });

  it('shows nothing and has no timer once closed', () => {
    display.showCall(() => call('1'));
    display.close();
    display.close();
    timers.pass(LAST_CALL_SHOWN_MS * 2);
    expect(shown).to.deep.equal(['connected', '1', undefined]);
    expect(timers.running).to.equal(0);
  });
});
