import type { Locator, Page } from 'playwright-core';

/** Node-RED's editor (3.1 to 5.0) in a browser, operated as a user does. */
export class NodeRedEditor {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens the editor and waits until its palette and canvas are ready. */
  static async open(page: Page, url: string): Promise<NodeRedEditor> {
    await page.goto(url);
    const editor = new NodeRedEditor(page);
    await editor.paletteNode('accolades-call').waitFor({ state: 'attached' });
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    return editor;
  }

  /** A node type in the palette. */
  paletteNode(type: string): Locator {
    return this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  }

  /** The nodes on the canvas, or the node with a text. */
  canvasNode(text?: string): Locator {
    const nodes = this.page.locator('.red-ui-flow-node-group');
    return text === undefined ? nodes : nodes.filter({ hasText: text });
  }

  /** Drags a type from the palette to a position on the canvas. */
  async drag(type: string, to: { x: number; y: number }): Promise<Locator> {
    const before = await this.canvasNode().count();
    const source = this.paletteNode(type);
    await source.scrollIntoViewIfNeeded();
    const from = await middleOf(source);
    const canvas = await boxOf(this.page.locator('#red-ui-workspace-chart'));
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    // The first steps start the drag; the last ones show the canvas where it ends.
    await mouse.move(from.x + 30, from.y + 10, { steps: 4 });
    await mouse.move(canvas.x + to.x, canvas.y + to.y, { steps: 6 });
    await mouse.up();
    const added = this.canvasNode().nth(before);
    await added.waitFor();
    const id = await added.getAttribute('id');
    return this.page.locator(`.red-ui-flow-node-group[id="${id}"]`);
  }

  /** Draws a wire from a node's output to another node's input. */
  async wire(from: Locator, port: number, to: Locator): Promise<void> {
    const wires = this.page.locator('.red-ui-flow-link-line');
    const before = await wires.count();
    const start = await middleOf(from.locator('.red-ui-flow-port-output .red-ui-flow-port').nth(port));
    const end = await middleOf(to.locator('.red-ui-flow-port-input .red-ui-flow-port'));
    const { mouse } = this.page;
    await mouse.move(start.x, start.y);
    await mouse.down();
    await mouse.move(end.x, end.y, { steps: 8 });
    await mouse.up();
    await wires.nth(before).waitFor({ state: 'attached' });
  }

  /** The topmost dialog. */
  get dialog(): Locator {
    return this.page.locator('.red-ui-tray').last();
  }

  /** A field of the topmost dialog, by the name of its setting. */
  field(name: string): Locator {
    return this.dialog.locator(`#node-input-${name}, #node-config-input-${name}`);
  }

  /** Opens a node's dialog. */
  async edit(node: Locator): Promise<void> {
    await node.locator('.red-ui-flow-node').first().dblclick();
    await this.#dialogWith('#node-dialog-ok');
  }

  /** Opens the dialog of a new configuration node from a node's dialog. */
  async addConfig(property: string): Promise<void> {
    const add = this.page.locator(`#node-input-btn-${property}-add`);
    // Before Node-RED 4, one button adds or edits, depending on the list beside it.
    if ((await add.count()) > 0) await add.click();
    else {
      await this.page.locator(`select#node-input-${property}`).selectOption('_ADD_');
      await this.page.locator(`#node-input-lookup-${property}`).click();
    }
    await this.#dialogWith('#node-config-dialog-ok');
  }

  /** Opens the dialog of the selected configuration node from a node's dialog. */
  async editConfig(property: string): Promise<void> {
    const edit = this.page.locator(`#node-input-btn-${property}-edit`);
    await ((await edit.count()) > 0 ? edit : this.page.locator(`#node-input-lookup-${property}`)).click();
    await this.#dialogWith('#node-config-dialog-ok');
  }

  /** Closes the configuration node's dialog with Add or Update. */
  async saveConfig(): Promise<void> {
    await this.page.locator('#node-config-dialog-ok').click();
    await this.#dialogWith('#node-dialog-ok');
  }

  /** Closes the node's dialog with Done. */
  async save(): Promise<void> {
    await this.page.locator('#node-dialog-ok').click();
    await this.#noDialog();
  }

  /** Closes all dialogs without saving. */
  async cancel(): Promise<void> {
    const config = this.page.locator('#node-config-dialog-cancel');
    if ((await config.count()) > 0) {
      await config.click();
      await this.#dialogWith('#node-dialog-ok');
    }
    await this.page.locator('#node-dialog-cancel').click();
    await this.#noDialog();
  }

  /** Clicks Deploy and waits until Node-RED confirms it. */
  async deploy(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.#dismiss('Successfully deployed');
  }

  /** The tooltip of an output. */
  async outputLabel(node: Locator, port: number): Promise<string> {
    const tooltip = this.page.locator('.red-ui-flow-port-tooltip');
    const { x, y } = await middleOf(node.locator('.red-ui-flow-port-output .red-ui-flow-port').nth(port));
    await this.page.mouse.move(x, y, { steps: 3 });
    await tooltip.waitFor();
    const text = await tooltip.textContent();
    await this.page.mouse.move(x, y + 200);
    await tooltip.waitFor({ state: 'detached' });
    return text ?? '';
  }

  /** Opens the help of the node whose dialog is open, with the dialog's book button. */
  async help(): Promise<Locator> {
    await this.dialog.locator('.red-ui-tray-footer .fa-book').click();
    const help = this.page.locator('.red-ui-help:visible');
    await help.first().waitFor();
    return help.first();
  }

  /** The status under a node on the canvas. */
  status(node: Locator): Locator {
    return node.locator('.red-ui-flow-node-status-label');
  }

  /** Shows a tab of the sidebar, unless it is already visible. */
  async showSidebar(tab: 'debug' | 'help'): Promise<void> {
    const content = tab === 'debug' ? '.red-ui-debug-content' : '.red-ui-sidebar-help-stack';
    if (await this.page.locator(content).first().isVisible()) return;
    await this.#action(`core:show-${tab}-tab`);
    await this.page.locator(content).first().waitFor();
  }

  /** Runs a command from the editor's action list. */
  async #action(name: string): Promise<void> {
    await this.page.evaluate(`RED.actions.invoke(${JSON.stringify(name)})`);
  }

  /** The messages in the debug sidebar, oldest first. */
  get debugMessages(): Locator {
    return this.page.locator('.red-ui-debug-content .red-ui-debug-msg');
  }

  /** The text that Export → all flows copies. */
  async exported(): Promise<string> {
    await this.#action('core:show-export-dialog');
    await this.page.locator('#red-ui-clipboard-dialog-export-rng-full').click();
    const text = this.page.locator('#red-ui-clipboard-dialog-export-text');
    const json = await text.inputValue();
    await this.page.keyboard.press('Escape');
    await text.waitFor({ state: 'hidden' });
    return json;
  }

  /** Switches to another flow. */
  async showFlow(label: string): Promise<void> {
    await this.page.locator('#red-ui-workspace-tabs').getByText(label, { exact: true }).first().click();
  }

  /** Imports one of our examples from Import → Examples. */
  async importExample(name: string): Promise<void> {
    await this.page.locator('#red-ui-header-button-sidemenu').click();
    await this.page.locator('#menu-item-import').click();
    await this.page.locator('[href="#red-ui-clipboard-dialog-import-tab-examples"]').click();
    const entry = (label: string) =>
      this.page
        .locator('#red-ui-clipboard-dialog-import-tabs-content .red-ui-treeList-label:visible')
        .getByText(label, { exact: true });
    await entry('@accolades-flow/node-red-accolades').click();
    await entry(name).click();
    await this.page.locator('#red-ui-clipboard-dialog-ok').click();
    await this.page.locator('#red-ui-clipboard-dialog-ok').waitFor({ state: 'hidden' });
    await this.#dismiss('Imported');
  }

  /** Waits for a notification and closes it with a click. */
  async #dismiss(text: string): Promise<void> {
    const notification = this.page.locator('.red-ui-notification', { hasText: text }).first();
    await notification.waitFor();
    await notification.click();
    await notification.waitFor({ state: 'hidden' });
  }

  /** Waits until the dialog with a button has finished sliding in. */
  async #dialogWith(button: string): Promise<void> {
    await this.page.locator(button).waitFor();
    await this.page.waitForFunction(
      `(() => {
        const { left, right, width } = [...document.querySelectorAll('.red-ui-tray')].at(-1).getBoundingClientRect();
        const place = [left, right, width].join();
        const still = place === window.lastPlace && width > 300 && right <= innerWidth + 1;
        window.lastPlace = place;
        return still;
      })()`,
      undefined,
      { polling: 50 },
    );
  }

  async #noDialog(): Promise<void> {
    await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
    await this.page.locator('#red-ui-editor-shade').waitFor({ state: 'hidden' });
  }
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The position and size of an element. */
export async function boxOf(element: Locator): Promise<Box> {
  await element.waitFor();
  const box = await element.boundingBox();
  if (box === null) throw new Error('The element is not shown.');
  return box;
}

async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = await boxOf(element);
  return { x: x + width / 2, y: y + height / 2 };
}
