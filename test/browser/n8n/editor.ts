import type { Locator, Page } from 'playwright-core';
import { objectFrom, stringFrom } from '../../../hosts/guards.ts';

/** How long n8n's large editor may take to load, in milliseconds. */
const LOAD_DEADLINE_MS = 60_000;

/** n8n's editor in a browser, operated as a user does. */
export class N8nEditor {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens a workflow and waits until its canvas is ready. */
  static async open(page: Page, url: string): Promise<N8nEditor> {
    await page.goto(url, { waitUntil: 'domcontentloaded', timeout: LOAD_DEADLINE_MS });
    const editor = new N8nEditor(page);
    await editor
      .part('canvas-node')
      .or(editor.part('canvas-add-button'))
      .first()
      .waitFor({ timeout: LOAD_DEADLINE_MS });
    return editor;
  }

  /** An element of the page by n8n's test id. */
  part(name: string): Locator {
    return this.page.locator(`[data-test-id="${name}"]`);
  }

  /** Opens the list of nodes to add. */
  async openCreator(): Promise<void> {
    await this.part('canvas-plus-button').click();
    await this.#search.waitFor();
  }

  get #search(): Locator {
    return this.part('node-creator-search-bar');
  }

  /** An entry in the list of nodes. */
  entry(name: string): Locator {
    return this.part('node-creator-item-name').filter({ hasText: new RegExp(`^\\s*${name}\\s*$`) });
  }

  /** Types into the list's search field, and waits until earlier results are gone. */
  async search(word: string): Promise<void> {
    await this.#search.fill('nothing is called so');
    await this.entry('Accolades').waitFor({ state: 'detached' });
    await this.#search.fill(word);
  }

  canvasNode(name: string): Locator {
    return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
  }

  /** Opens a node's dialog. */
  async edit(name: string): Promise<void> {
    await this.canvasNode(name).dblclick();
    await this.part('node-parameters').waitFor();
  }

  async closeDialog(): Promise<void> {
    await this.part('ndv-close-button').click();
    await this.part('ndv').waitFor({ state: 'hidden' });
  }

  /** The names of the visible parameters in the open dialog, in order. */
  async parameters(): Promise<string[]> {
    const inputs = this.part('node-parameters').locator('[data-test-id^="parameter-input-"]:visible');
    const ids = await inputs.evaluateAll<string[], Element>((elements) =>
      elements.map((element) => element.getAttribute('data-test-id') ?? ''),
    );
    return ids.map((id) => id.replace('parameter-input-', '')).filter((name) => name !== 'field');
  }

  /** Selects an entry of a parameter's list; in a multi-select list, toggles it. */
  async choose(parameter: string, entry: string): Promise<void> {
    const box = this.part(`parameter-input-${parameter}`).locator('input').first();
    await box.click();
    const entries = this.page.locator('.el-select-dropdown__item:visible');
    await entries
      .filter({ has: this.page.getByText(entry, { exact: true }) })
      .first()
      .click();
    // A multi-select list stays open until the user clicks elsewhere.
    if (await entries.first().isVisible())
      await this.part('node-parameters').click({ position: { x: 3, y: 3 } });
    await entries.first().waitFor({ state: 'hidden' });
  }

  /** All texts of the parameters in the open dialog. */
  parameterTexts(): Promise<string> {
    return this.part('node-parameters').innerText();
  }

  /** Closes n8n's notifications, so that they cover nothing. */
  async dismissNotes(): Promise<void> {
    await this.page.evaluate(
      `document.querySelectorAll('.el-notification__closeBtn').forEach((button) => button.click())`,
    );
    await this.page.locator('.el-notification').first().waitFor({ state: 'detached' });
  }

  /** The dialog of a credential. */
  get credential(): Locator {
    return this.part('editCredential-modal');
  }

  credentialField(name: string): Locator {
    return this.credential.locator(`[data-test-id="parameter-input-${name}"] input`);
  }

  /** Pastes a text over a field's content with the keyboard. */
  async paste(field: Locator, text: string): Promise<void> {
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await field.click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.press('Control+V');
  }

  /**
   * Saves the credential, which n8n then tests.
   * @returns the dialog's error text; null when the test succeeded
   */
  async saveCredential(): Promise<string | null> {
    const tested = this.page.waitForResponse((response) => response.url().endsWith('/rest/credentials/test'));
    await this.part('credential-save-button').click();
    const { data } = objectFrom(await (await tested).json(), 'the credential test');
    const { status, message } = objectFrom(data, 'the credential test');
    if (status === 'OK') {
      await this.credential.waitFor({ state: 'hidden' });
      return null;
    }
    const shown = this.credential.getByText(stringFrom(message, 'the message of the test'));
    const details = this.credential.getByText('More details');
    await shown.or(details).first().waitFor();
    if (await details.isVisible()) await details.click();
    await shown.waitFor();
    return shown.innerText();
  }
}

interface Element {
  getAttribute(name: string): string | null;
}
