import type { CheckProgress } from '@accolades-flow/core';
import type { ConfigTestResult } from '../runtime/config-test.ts';
import type { EditorNode, Query } from './editor-api.ts';

declare const $: Query;

/** Node-RED's editor shows this instead of a stored password, which it does not receive. */
export const KEPT_PASSWORD = '__PWRD__';

export interface ConfigTestFields {
  /** Fields of the dialog that are sent as typed. */
  readonly plain: readonly string[];
  /** The field with the secret; sent only when it was retyped. */
  readonly secret: string;
}

/** Shows a test in the dialog, in addition to its text. */
export interface ConfigTestView {
  onStart?(): void;
  onResult?(result: ConfigTestResult): void;
}

/**
 * Makes the button `#<type>-test` of a configuration node's dialog test the typed values, and shows
 * the result in `#<type>-test-result`.
 */
export function offerConfigTest(node: EditorNode, fields: ConfigTestFields, view: ConfigTestView = {}): void {
  $(`#${node.type}-test`).on('click', () => {
    test(node, fields, view);
  });
}

function test(node: EditorNode, fields: ConfigTestFields, view: ConfigTestView): void {
  const { type } = node;
  const show = (text: string, ok: boolean): void => {
    const line = $(`#${type}-test-result`).toggleClass('accolades-problem', !ok).text(text);
    line.get(0)?.scrollIntoView({ block: 'nearest' });
  };
  const unavailable = (): void => {
    show(node._(`${type}.test.unavailable`), false);
  };
  const button = $(`#${type}-test`).prop('disabled', true);
  show(node._(`${type}.test.testing`), true);
  view.onStart?.();
  let answered = 0;
  // Relative, so that the editor adds the user's access token.
  $.ajax({
    url: `${type}/${encodeURIComponent(node.id)}/test`,
    method: 'POST',
    contentType: 'application/json',
    headers: { accept: 'application/x-ndjson' },
    dataType: 'text',
    data: JSON.stringify(typedFields(fields)),
    xhrFields: {
      onprogress: ({ target }) => {
        const progress = lastProgress(target);
        if (progress === null || progress.done === answered) return;
        answered = progress.done;
        show(node._(`${type}.test.progress`, { ...progress }), true);
      },
    },
  })
    .done((answer) => {
      const result = resultIn(answer);
      if (result === null) {
        unavailable();
        return;
      }
      view.onResult?.(result);
      show(result.message, result.ok);
    })
    .fail(unavailable)
    .always(() => {
      button.prop('disabled', false);
    });
}

/** The typed fields; the secret only when it was retyped. */
function typedFields({ plain, secret }: ConfigTestFields): Record<string, unknown> {
  const valueOf = (name: string): unknown => $(`#node-config-input-${name}`).val();
  const tls = valueOf('tls');
  const typed = valueOf(secret);
  return {
    ...Object.fromEntries(plain.map((name) => [name, valueOf(name)])),
    tls: tls === '_ADD_' ? '' : tls,
    ...(typed === KEPT_PASSWORD ? {} : { [secret]: typed }),
  };
}

/** The result is the last line of the answer. */
function resultIn(answer: unknown): ConfigTestResult | null {
  const value = jsonIn(typeof answer === 'string' ? answer.trim().split('\n').at(-1) : undefined);
  return isTestResult(value) ? value : null;
}

/** The latest progress received; the last line may be incomplete. */
function lastProgress(request: unknown): CheckProgress | null {
  if (typeof request !== 'object' || request === null || !('responseText' in request)) return null;
  const { responseText } = request;
  const value = jsonIn(typeof responseText === 'string' ? responseText.split('\n').at(-2) : undefined);
  if (typeof value !== 'object' || value === null || !('progress' in value)) return null;
  const { progress } = value;
  return isProgress(progress) ? progress : null;
}

function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

function isProgress(value: unknown): value is CheckProgress {
  return (
    typeof value === 'object' &&
    value !== null &&
    'done' in value &&
    typeof value.done === 'number' &&
    'failed' in value &&
    typeof value.failed === 'number' &&
    'total' in value &&
    typeof value.total === 'number'
  );
}

function isTestResult(value: unknown): value is ConfigTestResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    'ok' in value &&
    typeof value.ok === 'boolean' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
