import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { AccoladesError } from '../../../src/errors.ts';
import { readBody } from '../../../src/platform/node/read-body.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('the body of a request', () => {
  let clock: FakeClock;
  let request: PassThrough;

  beforeEach(() => {
    clock = new FakeClock();
    request = new PassThrough();
  });

  async function outcome(maxBytes = 10): Promise<string> {
    try {
      return (await readBody(request, maxBytes, clock)).toString();
    } catch (error) {
      return error instanceof AccoladesError ? error.code : String(error);
    }
  }

  afterEach(() => {
    expect(clock.pending).to.equal(0);
  });

  it('is read whole', async () => {
    const body = outcome();
    request.write('ab');
    request.end('cd');
    expect(await body).to.equal('abcd');
  });

  it('may have just the size that is allowed, and not a byte more', async () => {
    const exact = outcome();
    request.end('x'.repeat(10));
    expect(await exact).to.equal('x'.repeat(10));
    request = new PassThrough();
    const large = outcome();
    request.write('x'.repeat(11));
    expect(await large).to.equal('BODY_TOO_LARGE');
    expect(request.readableFlowing).to.equal(true);
    request.destroy(new Error('later'));
  });

  it('must come in time', async () => {
    const body = outcome();
    request.write('a');
    clock.advance(5_000);
    expect(await body).to.equal('BODY_TIMEOUT');
  });

  it('may break off', async () => {
    const failed = outcome();
    request.destroy(new Error('reset'));
    expect(await failed).to.equal('BODY_MALFORMED');
    request = new PassThrough();
    const closed = outcome();
    request.destroy();
    expect(await closed).to.equal('BODY_MALFORMED');
  });
});
