import type { HttpPost } from '../net/post.ts';
import type { TransportFactory } from '../net/transport.ts';
import type { Clock, Timer } from '../time/clock.ts';

/** The parts of the environment that the hub and the REST client use. */
export interface Platform {
  /** Its timers do not keep the process alive. */
  readonly clock: Clock;
  /** Its connections do not keep the process alive. */
  readonly connect: TransportFactory;
  readonly post: HttpPost;
  /** Keeps the process alive until the returned timer is stopped. */
  readonly keepProcessAlive: () => Timer;
}
