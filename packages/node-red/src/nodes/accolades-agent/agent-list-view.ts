import type { EditorNode, Elements, Query } from '../../editor/editor-api.ts';
import { MAX_ROWS, rowsToShow, statesFrom, type AgentRow } from './agent-rows.ts';

declare const $: Query;

/** The source of the rows: the typed list, the deployed node, or the last test. */
export type RowSource = 'typed' | 'deployed' | 'tested';

/** The collapsible list of agents in an agent's dialog, with a search field. */
export class AgentListView {
  readonly #node: EditorNode;
  #rows: readonly AgentRow[] = [];
  #deployed: readonly AgentRow[] | null = null;

  /** @param node the node whose dialog is open */
  constructor(node: EditorNode) {
    this.#node = node;
    element('search').on('input', () => {
      this.#showRows();
    });
    element('refresh').on('click', () => {
      this.load();
    });
  }

  /** Loads the agents' states from the runtime and shows them. For a deployed node. */
  load(): void {
    // Relative, so that the editor adds the user's access token.
    $.ajax({ url: `accolades-agent/${encodeURIComponent(this.#node.id)}/agents`, method: 'GET' }).done(
      (answer) => {
        this.#deployed = statesFrom(answer)?.agents ?? null;
        this.showDeployed();
      },
    );
  }

  /** Shows the deployed agents; nothing when they are unknown. */
  showDeployed(): void {
    this.show('deployed', this.#deployed ?? []);
  }

  /** Shows these agents. A single agent is already named above, and needs no list. */
  show(source: RowSource, rows: readonly AgentRow[]): void {
    this.#rows = rows;
    const connected = rows.filter(({ state }) => state === 'connected').length;
    const unused = rows.every(({ state }) => state === 'notHere');
    const key = source === 'deployed' && unused ? 'unused' : source;
    element('list').toggle(source === 'deployed' ? rows.length > 0 : rows.length > 1);
    element('summary').text(
      this.#node._(`accolades-agent.list.${key}`, { connected, count: rows.length, total: rows.length }),
    );
    element('refresh').toggle(source === 'deployed');
    element('search')
      .val('')
      .toggle(rows.length > 5);
    this.#showRows();
  }

  /** Expands the list. */
  open(): void {
    element('list').prop('open', true);
  }

  #showRows(): void {
    const typed = element('search').val();
    const found = rowsToShow(this.#rows, typeof typed === 'string' ? typed : '');
    const list = element('rows').empty();
    for (const row of found.slice(0, MAX_ROWS)) this.#addRow(list, row);
    const more = found.length - MAX_ROWS;
    element('more')
      .toggle(found.length === 0 || more > 0)
      .text(
        found.length === 0
          ? this.#node._('accolades-agent.list.none')
          : this.#node._('accolades-agent.list.more', { more }),
      );
  }

  #addRow(list: Elements, { label, state, reason }: AgentRow): void {
    const item = $('<li>')
      .attr('data-state', state ?? 'unknown')
      .appendTo(list);
    $('<b>').text(label).appendTo(item);
    const text = reason ?? (state === null ? '' : this.#node._(`accolades-agent.list.state.${state}`));
    $('<span>').text(text).appendTo(item);
  }
}

function element(name: string): Elements {
  return $(`#accolades-agent-${name}`);
}
