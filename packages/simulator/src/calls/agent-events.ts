import { internalNumber } from '../pbx/phone-directory.ts';
import type { CallEnvironment } from './call-environment.ts';
import type { Leg } from './leg.ts';
import type { Timeline } from './timeline.ts';

/**
 * Sends the WebSocket event of phones that begin to ring or to dial to their agents. Phones that
 * ring together get one event with one `uniqueId`, unless each leg has its own.
 */
export function notifyAgents(
  legs: readonly Leg[],
  call: { readonly id: string; readonly callCenter: boolean },
  pbx: CallEnvironment,
  timeline: Timeline,
): void {
  const isPerLeg = pbx.settings().uniqueId === 'leg';
  for (const group of isPerLeg ? legs.map((leg) => [leg]) : [legs]) {
    const [first] = group;
    if (!first) continue;
    const phones = group.map(({ phone }) => phone);
    const texts = pbx.notifyAgents(phones, {
      direction: first.role === 'called' ? 'incoming' : 'outgoing',
      phoneNumber: first.phoneNumber,
      callCenter: call.callCenter,
      uniqueId: isPerLeg ? first.id : call.id,
    });
    group.forEach((leg, index) => {
      timeline.note('agentNotified', texts[index] ?? '', leg);
    });
  }
}

/** The number that a phone shows when a call is transferred to it. */
export function numberShown(from: Leg, pbx: CallEnvironment): string {
  return pbx.settings().transferNumber === 'caller' ? from.phoneNumber : internalNumber(from.phone);
}
