import type { HangupReplyFormat } from '@accolades-flow/core';

/**
 * Requests of this process that wait for a flow's answer: maps their `replyToken` to the format of
 * their endpoint's answer to a hang-up confirmation.
 */
export const openRequests = new Map<string, HangupReplyFormat>();
