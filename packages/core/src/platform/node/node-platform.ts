import type { Platform } from '../platform.ts';
import { postForm } from './http-post.ts';
import { keepProcessAlive, systemClock } from './system-clock.ts';
import { connectWebSocket } from './ws-transport.ts';

/** The environment of a Node.js process. */
export const nodePlatform: Platform = {
  clock: systemClock,
  connect: connectWebSocket,
  post: postForm,
  keepProcessAlive,
};
