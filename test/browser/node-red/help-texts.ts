import { expect } from 'chai';
import { picture } from '../support/pictures.ts';
import { PALETTE } from './dialogs.ts';
import { closePage, type NodeRedRig } from './rig.ts';

/** The help sidebar and the palette's tooltips. */
export function helpTexts(rig: () => NodeRedRig): void {
  describe('help', () => {
    for (const { locale, tag, heading } of [
      { locale: 'en-US', tag: 'en', heading: /Settings|Input|Output/ },
      { locale: 'ro-RO', tag: 'ro', heading: /Setări|Intrare|Ieșire/ },
    ]) {
      it(`can be read for every node, in the sidebar and over the palette (${tag})`, async () => {
        const editor = await rig().open([], { locale });
        const { page } = editor;
        for (const [index, { type }] of PALETTE.entries()) {
          await page.mouse.move(600, 400);
          await editor.paletteNode(type).hover();
          const tip = page.locator('.red-ui-popover');
          await tip.first().waitFor();
          expect((await tip.first().innerText()).length, `${type}: tooltip`).to.be.above(40);
          await editor.edit(await editor.drag(type, { x: 220, y: 60 + index * 70 }));
          const help = await editor.help();
          await help.getByText(heading).first().waitFor();
          const text = await help.innerText();
          expect(text.length, type).to.be.above(300);
          // No unconverted Markdown remains.
          expect(text, type).not.to.match(/\*\*|\]\(|^#|&lt;|_\(/m);
          await picture(page, `help/${tag}-${type}`);
          await editor.cancel();
        }
        await closePage(page);
      });
    }
  });
}
