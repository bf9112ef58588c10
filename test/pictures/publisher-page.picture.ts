import { writeFile } from 'node:fs/promises';
import { it } from 'vitest';
import { startWorld } from '../../src/rehearsal/world.ts';
import { findChromium, openBrowser } from '../support/chromium.ts';
import { reportOf } from '../support/program.ts';

it('photographs the publisher page as the tool opens it', async () => {
  const chromium = findChromium();
  if (chromium === undefined)
    throw new Error('The publisher page is not pictured, because there is no Chromium.');
  const here = await startWorld();
  const page = await openBrowser(chromium, 900);
  const { report } = await reportOf(here, ['check']);
  await page.open(report.publisherPages.find(({ index }) => index === 'pypi')?.url ?? '');
  await writeFile('docs/publisher-page.png', await page.picture());
  await page.close();
  await here.close();
});
