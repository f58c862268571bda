import { expect } from 'chai';
import { AccoladesError } from '../../packages/core/src/errors.ts';
import { decode } from '../../packages/core/src/protocol/decode.ts';
import { CALL, SessionRig } from '../../packages/core/test/support/session-rig.ts';
import { attack, ATTACK_TIMEOUT_MS, casesOf } from './support/attack.ts';
import { HOSTILE_FRAMES } from './support/hostile-frames.ts';
import { checkPlain } from './support/plain.ts';

const SHARE = 0.3;

function checkDecoded(frame: string | Uint8Array): void {
  const decoded = decode(frame);
  if (decoded.kind === 'malformed') {
    if (!(decoded.error instanceof AccoladesError)) throw new Error('An error of a foreign kind.');
    return;
  }
  const raw = decoded.kind === 'message' ? decoded.message.raw : decoded.raw;
  checkPlain(raw);
  structuredClone(raw);
}

describe('hostile frames', () => {
  it(`${casesOf(SHARE)} of them: no crash, no hang, bounded memory, and a valid call between any two always arrives`, async () => {
    let cases = 0;
    let rig = new SessionRig().ready();
    await attack('frames', SHARE, HOSTILE_FRAMES, (frame) => {
      checkDecoded(frame);
      rig.transport.frame(frame);
      // A mutated frame may be a refusal or a `connectionClosed`: the session must recover on its
      // own.
      if (rig.state === 'waiting') rig.nextAttempt().ready();
      if (rig.state !== 'ready') throw new Error(`The session is ${rig.state}.`);
      const uniqueId = `valid.${++cases}`;
      const known = rig.calls.length;
      rig.transport.frame({ ...CALL, uniqueId });
      if (rig.calls.length !== known + 1 || rig.calls.at(-1)?.uniqueId !== uniqueId) {
        throw new Error('The valid call did not arrive exactly once.');
      }
      if (rig.calls.length > 1_000 || rig.statuses.length > 1_000) {
        rig.session.close();
        expect(rig.clock.pending).to.equal(0);
        rig = new SessionRig().ready();
      }
    });
    rig.session.close();
  }).timeout(ATTACK_TIMEOUT_MS);
});
