import { EVENT_TYPES, readEvents, readNumberList, type AccoladesEventType } from '@accolades-flow/core';
import type { EditorNode, EditorRed, Query } from '../../editor/editor-api.ts';
import { isVariable, problemOf } from '../../editor/check.ts';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { callMigrations } from './migrations.ts';
import { movedOutputs, type Ports } from './ports.ts';

declare const RED: EditorRed;
declare const $: Query;

const field = (name: string) => $(`#node-input-${name}`);

RED.nodes.registerType('accolades-call', {
  category: 'Accolades',
  color: '#5FB3AC',
  icon: 'accolades-call.svg',
  defaults: {
    name: { value: '' },
    agent: { value: '', type: 'accolades-agent', required: true },
    events: {
      value: ['incomingCall', 'outgoingCall'],
      validate(value, _options) {
        return problemOf(() => readEvents(value)) === null || this._('accolades-call.error.noEvent');
      },
    },
    callSource: { value: 'all' },
    numbers: {
      value: '',
      validate(value, _options) {
        const problem = isVariable(value) ? null : problemOf(() => readNumberList(value));
        return problem === null || this._('accolades-call.error.invalid', { detail: problem });
      },
    },
    firstRingOnly: { value: false },
    includeConfiguration: { value: false },
    splitOutputs: { value: false },
    outputs: { value: 1 },
    version: { value: 1 },
  },
  inputs: 0,
  outputs: 1,
  paletteLabel() {
    return this._('accolades-call.palette');
  },
  label() {
    if (this.name !== undefined && this.name !== '') return this.name;
    const events = this._(`accolades-call.defaultName.${nameOfEvents(eventsOf(settingsOf(this)))}`);
    const agent = RED.nodes.node(this['agent'])?.name ?? '';
    return agent === '' ? events : this._('accolades-call.defaultName.withAgent', { agent, events });
  },
  labelStyle() {
    return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
  },
  outputLabels(port) {
    const ports = portsOf(settingsOf(this));
    const event = ports?.[port];
    if (event !== undefined) return this._(`accolades.event.${event}`);
    return this._(`accolades-call.defaultName.${nameOfEvents(eventsOf(settingsOf(this)))}`);
  },
  oneditprepare() {
    const settings = settingsOf(this);
    const events = eventsOf(settings);
    for (const event of EVENT_TYPES) checkbox(event).prop('checked', events.includes(event));
    field('callSource').val(typeof settings['callSource'] === 'string' ? settings['callSource'] : 'all');
    const before = portsOf(settings);
    const update = (): void => {
      const chosen = chosenEvents();
      $('#accolades-call-no-event').toggle(chosen.length === 0);
      $('#accolades-call-filters').toggle(chosen.includes('incomingCall') || chosen.includes('outgoingCall'));
      const after: Ports =
        field('splitOutputs').prop('checked') === true && chosen.length > 0 ? chosen : null;
      const same = JSON.stringify(before) === JSON.stringify(after);
      field('outputs').val(same ? String(after?.length ?? 1) : JSON.stringify(movedOutputs(before, after)));
    };
    for (const event of EVENT_TYPES) checkbox(event).on('change', update);
    field('splitOutputs').on('change', update);
    update();
  },
  oneditsave() {
    this['events'] = chosenEvents();
    this['version'] = 1;
  },
});

const checkbox = (event: AccoladesEventType) => field(`event-${event}`);

function chosenEvents(): AccoladesEventType[] {
  return EVENT_TYPES.filter((event) => checkbox(event).prop('checked') === true);
}

function settingsOf(node: EditorNode): Settings {
  // A setting that the node lacks must not override the migration's default.
  const entries = ['version', 'events', 'callSource', 'splitOutputs'].map(
    (name) => [name, node[name]] as const,
  );
  return migrate(Object.fromEntries(entries.filter(([, value]) => value !== undefined)), callMigrations);
}

function eventsOf(settings: Settings): AccoladesEventType[] {
  const { events } = settings;
  return problemOf(() => readEvents(events)) === null ? [...readEvents(events)] : [];
}

function portsOf(settings: Settings): Ports {
  const events = eventsOf(settings);
  return settings['splitOutputs'] === true && events.length > 0 ? events : null;
}

/** The last part of a `defaultName` key. */
function nameOfEvents(events: readonly AccoladesEventType[]): string {
  const [first] = events;
  if (events.length === 1 && first !== undefined) return first;
  const calls = events.includes('incomingCall') || events.includes('outgoingCall');
  const state = events.includes('agentConnected') || events.includes('agentDisconnected');
  if (calls && state) return 'everything';
  return state ? 'agentState' : 'calls';
}
