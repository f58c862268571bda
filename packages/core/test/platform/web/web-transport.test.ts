import { expect } from 'chai';
import { connectInBrowser } from '../../../src/platform/web/web-transport.ts';

/** A WebSocket whose server is the test. */
class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static last: FakeSocket;
  readyState = 0;
  binaryType = 'blob';
  readonly sent: string[] = [];

  constructor(url: string) {
    super();
    if (url === 'ws://refused') throw new Error('SecurityError');
    FakeSocket.last = this;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  frame(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  end(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

describe("the browser's connection", () => {
  const original = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  let told: string[];

  before(() => {
    Object.defineProperty(globalThis, 'WebSocket', { value: FakeSocket, configurable: true, writable: true });
  });

  after(() => {
    if (original !== undefined) Object.defineProperty(globalThis, 'WebSocket', original);
  });

  beforeEach(() => {
    told = [];
  });

  const connect = (url = 'wss://pbx.example:1') =>
    connectInBrowser(
      { url },
      {
        onOpen: () => told.push('open'),
        onFrame: (frame) => told.push(typeof frame === 'string' ? frame : `${frame.byteLength} bytes`),
        onPong: () => told.push('pong'),
        onClosed: ({ code }) => told.push(code),
      },
    );

  it('tells of opening, frames and the end, each once', () => {
    const transport = connect();
    const socket = FakeSocket.last;
    transport.sendText('too early');
    socket.open();
    transport.sendText('{"a":1}');
    socket.frame('text');
    socket.frame(new ArrayBuffer(3));
    socket.end(1006);
    socket.frame('late');
    socket.end(1006);
    expect(socket.sent).to.deep.equal(['{"a":1}']);
    expect(told).to.deep.equal(['open', 'text', '3 bytes', 'CONNECTION_LOST']);
  });

  it('ends with NETWORK when it did not open', () => {
    connect();
    FakeSocket.last.end(1006);
    expect(told).to.deep.equal(['NETWORK']);
  });

  it('fails through onClosed, after the call, when the browser refuses to begin', async () => {
    connect('ws://refused');
    expect(told).to.deep.equal([]);
    await Promise.resolve();
    expect(told).to.deep.equal(['NETWORK']);
  });

  it('calls no handler once it is discarded', () => {
    const transport = connect();
    const socket = FakeSocket.last;
    socket.open();
    transport.discard();
    transport.discard();
    socket.frame('late');
    socket.end(1000);
    expect(told).to.deep.equal(['open']);
  });

  it('asks for the version instead of a ping, and leaves the judgement to the answer', () => {
    const transport = connect();
    const socket = FakeSocket.last;
    socket.open();
    transport.sendPing();
    expect(socket.sent).to.deep.equal(['{"type":"version"}']);
    socket.frame('{"type":"configuration"}');
    socket.frame('{ "type" : "version", "value": "1.1.0" }');
    transport.sendPing();
    expect(told).not.to.include('pong');
  });

  it('does not give up a server that answers other requests, but never that one', () => {
    const transport = connect();
    const socket = FakeSocket.last;
    socket.open();
    transport.sendPing();
    socket.frame('{"type":"configuration"}');
    transport.sendPing();
    expect(told.at(-1)).to.equal('pong');
  });

  it('gives up a server that answers nothing at all', () => {
    const transport = connect();
    FakeSocket.last.open();
    transport.sendPing();
    transport.sendPing();
    expect(told).to.deep.equal(['open']);
  });
});
