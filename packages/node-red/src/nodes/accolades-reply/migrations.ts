import type { Migration } from '../../migrations/migrate.ts';

/** The migrations of a reply node's settings, oldest first. */
export const replyMigrations: readonly Migration[] = [
  {
    version: 1,
    // Adds settings that a hand-written node lacks.
    upgrade: (settings) => ({
      reply: 'ivr',
      variablesFrom: 'property',
      variables: 'payload',
      variablesType: 'msg',
      variableList: [],
      decision: 'payload.decision',
      decisionType: 'msg',
      seconds: '300',
      secondsType: 'num',
      popUrl: 'payload.url',
      popUrlType: 'msg',
      popTitle: '',
      popTitleType: 'str',
      ...settings,
    }),
  },
];
