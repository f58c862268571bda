/** The parts of Node-RED's editor API and of jQuery that our editor code uses. */

export interface EditorNode {
  readonly id: string;
  readonly type: string;
  name?: string;
  /** Typed secrets, and `has_<name>` for each stored one. */
  readonly credentials?: Readonly<Record<string, string | boolean | undefined>>;
  [property: string]: unknown;
  _(key: string, values?: Readonly<Record<string, string | number>>): string;
}

interface EditorProperty {
  readonly value: unknown;
  readonly type?: string;
  readonly required?: boolean;
  /** True, false, or the problem. Node-RED shows the text only if both parameters are declared. */
  validate?(this: EditorNode, value: unknown, options: unknown): boolean | string;
}

interface EditorNodeDefinition {
  readonly category: string;
  readonly color?: string;
  readonly icon?: string;
  readonly defaults: Readonly<Record<string, EditorProperty>>;
  readonly credentials?: Readonly<Record<string, { readonly type: string } & Partial<EditorProperty>>>;
  readonly inputs?: number;
  readonly outputs?: number;
  paletteLabel?(this: EditorNode): string;
  label(this: EditorNode): string;
  labelStyle?(this: EditorNode): string;
  outputLabels?(this: EditorNode, port: number): string | undefined;
  oneditprepare?(this: EditorNode): void;
  oneditsave?(this: EditorNode): void;
  oneditcancel?(this: EditorNode): void;
}

export interface EditorRed {
  readonly nodes: {
    registerType(type: string, definition: EditorNodeDefinition): void;
    node(id: unknown): EditorNode | null | undefined;
  };
  readonly settings: { readonly httpNodeRoot?: unknown };
}

/** A type of a typed input: the name of a Node-RED type, or a type of our own without an input. */
export type TypedInputType =
  string | { readonly value: string; readonly label: string; readonly hasValue: boolean };

interface TypedInputOptions {
  readonly default: string;
  readonly types: readonly TypedInputType[];
  /** The hidden field that keeps the type. */
  readonly typeField?: string;
}

export interface Elements {
  readonly length: number;
  val(): unknown;
  val(value: string): Elements;
  empty(): Elements;
  get(index: number): PageElement | undefined;
  prop(name: string): unknown;
  prop(name: string, value: boolean): Elements;
  on(
    events: string,
    handler: (this: unknown, event: { originalEvent?: unknown; preventDefault(): void }) => void,
  ): Elements;
  text(text: string): Elements;
  toggle(shown: boolean): Elements;
  toggleClass(name: string, on: boolean): Elements;
  attr(name: string, value: string): Elements;
  trigger(event: string): Elements;
  find(selector: string): Elements;
  appendTo(parent: Elements): Elements;
  each(visit: (index: number, element: PageElement) => void): Elements;
  editableList(optionsOrMethod: EditableListOptions | 'items'): Elements;
  editableList(method: 'addItem', data: object): Elements;
  typedInput(options: TypedInputOptions): Elements;
  typedInput(question: 'value' | 'type'): string;
  typedInput(setter: 'value' | 'type', value: string): Elements;
}

/** An element of the page. */
interface PageElement {
  readonly nodeType: number;
  scrollIntoView(options: { readonly block: 'nearest' }): void;
}

interface EditableListOptions {
  addItem(row: Elements, index: number, data: Readonly<Record<string, unknown>>): void;
  readonly removable: boolean;
  readonly sortable: boolean;
  readonly height: 'auto' | number;
  readonly minHeight: number;
}

/** A request to the admin API in progress. */
interface AdminRequest {
  done(handler: (answer: unknown) => void): AdminRequest;
  fail(handler: () => void): AdminRequest;
  always(handler: () => void): AdminRequest;
}

export interface Query {
  (selector: string | PageElement): Elements;
  ajax(request: {
    readonly url: string;
    readonly method: 'GET' | 'POST';
    readonly contentType?: string;
    readonly data?: string;
    readonly dataType?: 'text';
    readonly headers?: Readonly<Record<string, string>>;
    /** Set on the XMLHttpRequest. */
    readonly xhrFields?: { readonly onprogress: (event: { readonly target: unknown }) => void };
  }): AdminRequest;
}
