import {
  ENDPOINT_PURPOSES,
  readPurposeEvents,
  type EndpointEventType,
  type EndpointPurpose,
} from '@accolades-flow/core';
import { problemOf } from '../../editor/check.ts';
import type { EditorNode } from '../../editor/editor-api.ts';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { webhookMigrations } from './migrations.ts';

/** The settings of a new node. */
export const DEFAULTS = migrate({}, webhookMigrations);

/** The settings of a node in the editor, in the newest form. */
export function settingsOf(node: EditorNode): Settings {
  // A setting that the node lacks must not override the migration's default.
  const entries = ['version', ...Object.keys(DEFAULTS)].map((name) => [name, node[name]] as const);
  return migrate(Object.fromEntries(entries.filter(([, value]) => value !== undefined)), webhookMigrations);
}

/** What the node receives; the first purpose when that is none. */
export function purposeOf({ receives }: Settings): EndpointPurpose {
  return ENDPOINT_PURPOSES.find((purpose) => purpose === receives) ?? 'notifications';
}

/** The chosen events in the order of the ports; empty when they are invalid. */
export function eventsOf(settings: Settings): readonly EndpointEventType[] {
  const read = (): readonly EndpointEventType[] => readPurposeEvents(purposeOf(settings), settings['events']);
  return problemOf(read) === null ? read() : [];
}
