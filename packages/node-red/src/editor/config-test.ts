import type { EditorNode, Query } from './editor-api.ts';

declare const $: Query;

/** What Node-RED's editor shows in place of a password that it has but does not know. */
export const KEPT_PASSWORD = '__PWRD__';

export interface ConfigTestFields {
  /** Fields of the dialog that are sent as they are typed. */
  readonly plain: readonly string[];
  /** The field with the secret; sent only when it was typed again. */
  readonly secret: string;
}

/**
 * Makes the button `#<type>-test` of a configuration node's dialog have the runtime test what is typed, and show what came of it in
 * `#<type>-test-result`.
 */
export function offerConfigTest(node: EditorNode, fields: ConfigTestFields): void {
  $(`#${node.type}-test`).on('click', () => {
    test(node, fields);
  });
}

function test(node: EditorNode, { plain, secret }: ConfigTestFields): void {
  const { type } = node;
  const valueOf = (name: string): unknown => $(`#node-config-input-${name}`).val();
  const show = (text: string, ok: boolean): void => {
    $(`#${type}-test-result`).toggleClass('accolades-problem', !ok).text(text);
  };
  const unavailable = (): void => {
    show(node._(`${type}.test.unavailable`), false);
  };
  const tls = valueOf('tls');
  const typed = valueOf(secret);
  const button = $(`#${type}-test`).prop('disabled', true);
  show(node._(`${type}.test.testing`), true);
  // A relative address, so that the editor adds the token of the person who is logged in.
  $.ajax({
    url: `${type}/${encodeURIComponent(node.id)}/test`,
    method: 'POST',
    contentType: 'application/json',
    data: JSON.stringify({
      ...Object.fromEntries(plain.map((name) => [name, valueOf(name)])),
      tls: tls === '_ADD_' ? '' : tls,
      ...(typed === KEPT_PASSWORD ? {} : { [secret]: typed }),
    }),
  })
    .done((result) => {
      if (isTestResult(result)) show(result.message, result.ok);
      else unavailable();
    })
    .fail(unavailable)
    .always(() => {
      button.prop('disabled', false);
    });
}

function isTestResult(value: unknown): value is { readonly ok: boolean; readonly message: string } {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'ok' in value && typeof value.ok === 'boolean' && 'message' in value && typeof value.message === 'string'
  );
}
