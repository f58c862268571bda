import type { HangupReplyFormat } from '@accolades-flow/core';

/**
 * Requests of this process that wait for a flow's answer: by their `replyToken` how their endpoint writes the answer to a hang-up
 * confirmation.
 */
export const openRequests = new Map<string, HangupReplyFormat>();
