import { setImmediate } from 'node:timers/promises';
import type { DeliveryReport, OrderedDeliveryOptions } from '../../src/delivery/delivery-options.ts';
import { HostAcknowledgements } from '../../src/delivery/host-acknowledgements.ts';
import { OrderedDelivery } from '../../src/delivery/ordered-delivery.ts';
import { AccoladesError } from '../../src/errors.ts';
import { withResolvers, type Resolvers } from '../../src/time/with-resolvers.ts';
import { FakeClock } from './fake-clock.ts';

/** A host that acknowledges on request. Items are named `<key><number>`, or `<key>+<key>`. */
export class FakeHost {
  readonly clock = new FakeClock();
  readonly delivered: string[] = [];
  readonly takenBack: string[] = [];
  readonly reports: DeliveryReport[] = [];
  readonly acknowledgements = new HostAcknowledgements();
  readonly #acknowledge = new Map<string, () => void>();
  #answer: Resolvers<null> | null = null;
  /** Whether the host answers the check at once. */
  responsive = true;
  checks = 0;

  delivery(options: Partial<OrderedDeliveryOptions<string>> = {}): OrderedDelivery<string> {
    return new OrderedDelivery<string>({
      clock: this.clock,
      host: this.acknowledgements,
      keysOf: (item) => item.replaceAll(/\d/g, '').split('+'),
      deliver: (item, acknowledge) => {
        this.delivered.push(item);
        this.#acknowledge.set(item, acknowledge);
        return () => this.takenBack.push(item);
      },
      check: () => {
        this.checks++;
        if (this.responsive) return Promise.resolve();
        this.#answer = withResolvers<null>();
        return this.#answer.promise;
      },
      onReport: (report) => this.reports.push(report),
      ...options,
    });
  }

  acknowledge(...items: readonly string[]): void {
    for (const item of items) this.#acknowledge.get(item)?.();
  }

  /** Takes the host for one that acknowledges. */
  proven(): this {
    this.acknowledgements.acknowledged();
    return this;
  }

  /** Lets the host answer at each moment at which a timer fires. */
  async pass(ms: number): Promise<void> {
    let left = ms;
    for (let next = this.clock.untilNext; next !== null && next <= left; next = this.clock.untilNext) {
      this.clock.advance(next);
      await setImmediate();
      left -= next;
    }
    this.clock.advance(left);
    await setImmediate();
  }

  /** The stalled host answers the check. */
  async wake(): Promise<void> {
    this.responsive = true;
    this.#answer?.resolve(null);
    await setImmediate();
  }

  async failCheck(): Promise<void> {
    this.#answer?.reject(new AccoladesError('NETWORK'));
    await setImmediate();
  }
}
