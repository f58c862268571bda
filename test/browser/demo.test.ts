import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { Crm } from '../../demo/crm/server.ts';
import { newPage, startBrowser } from './support/browser.ts';
import { picture } from './support/pictures.ts';

/** A call as the demonstration's flow reports it at its end. */
const call = (phoneNumber: string, phone: object | null) => ({
  event: {
    event: 'incomingCall',
    direction: 'incoming',
    phoneNumber,
    phone,
    agent: { label: 'Front desk' },
    callCenter: false,
  },
  text: 'A call',
  slack: 200,
});

/**
 * The results page of the demonstration, alone and in the narrow pane beside the PBX and the flow.
 */
describe('The results of the demonstration in a browser', () => {
  let browser: Browser;
  let crm: Crm;

  before(async () => {
    browser = await startBrowser();
    crm = await Crm.start({ port: 0, file: ':memory:' });
    for (const message of [call('0211234599', { national: '021 123 4599', country: 'RO' }), call('', null)]) {
      const response = await fetch(`${crm.url}/flow-messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
      });
      expect(response.status).to.equal(204);
    }
  });

  after(async () => {
    await browser.close();
    await crm.close();
  });

  const open = async (width: number): Promise<Page> => {
    const page = await newPage(browser, { width });
    await page.goto(crm.url);
    await page.locator('#messages li').nth(1).waitFor();
    return page;
  };

  for (const [where, width] of [
    ['alone', 1400],
    ['in a narrow pane', 430],
  ] as const) {
    it(`say who called, also when nobody knows the caller (${where})`, async () => {
      const page = await open(width);
      const rows = await page.locator('#messages summary').allInnerTexts();
      await picture(page, `demo-results-${width}`);
      await page.context().close();
      for (const [row, number] of [
        [rows[0], 'hidden number'],
        [rows[1], '021 123 4599'],
      ] as const) {
        // The number appears once: in its column, or beside the details when there is no column.
        expect(row?.split(number), row).to.have.lengthOf(2);
        expect(row).to.contain('not found in the CRM');
      }
    });
  }
});
