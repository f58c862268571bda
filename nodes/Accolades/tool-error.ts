import { AccoladesError } from '@accolades-flow/core';
import type { INode } from 'n8n-workflow';

/** Whether n8n runs the node as a tool of an AI agent. Such a node has a type of its own. */
export function isTool({ type }: INode): boolean {
  return type.endsWith('Tool');
}

/**
 * What a model must do after an error, and what it must not do. A model sees only the error's
 * message, not its description.
 */
export function ruleForModel(error: unknown): string {
  if (!(error instanceof AccoladesError)) return DO_NOT_REPEAT;
  switch (error.code) {
    case 'OUTCOME_UNKNOWN':
      return UNKNOWN_OUTCOME;
    case 'UNEXPECTED_ANSWER':
      return error.retryable ? ONCE_MORE : UNKNOWN_OUTCOME;
    case 'UNAUTHORIZED':
    case 'COMMAND_NOT_FOUND':
    case 'IP_REJECTED':
    case 'COOLING_DOWN':
      return (
        `Nothing was done. Do not call this tool again${error.until === null ? '' : ` before ${error.until}`}: each ` +
        'refusal can get the IP address of this machine blocked. Tell the user what a person has to correct in n8n.'
      );
    case 'INVALID_PARAMETER':
    case 'BAD_REQUEST':
    case 'COMMAND_TOO_LARGE':
    case 'INVALID_REPLY':
      return (
        'Nothing was done. Do not call this tool again with the same values, and do not guess others: ask the user ' +
        'for the right ones, then call it once with those.'
      );
    default:
      return error.retryable ? ONCE_MORE : DO_NOT_REPEAT;
  }
}

const UNKNOWN_OUTCOME =
  'The phone may be ringing. Do not dial again and do not call this tool again for this number. Tell the user that it ' +
  'is not known whether the call was placed, and ask them to look at the phone.';
const ONCE_MORE =
  'Do not call this tool again more than once. When it fails again, do not repeat it: tell the user what happened.';
const DO_NOT_REPEAT = 'Do not call this tool again with the same values. Tell the user what happened.';
