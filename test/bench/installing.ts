import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../support/tools.ts';
import { against, type Figure, inTurn } from './figures.ts';

const root = join(import.meta.dirname, '../..');
const other = 'create-vite@9.3.0';

/** Size and installation time of the packed file, next to a wizard known to be fast. */
export async function installing(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-bench-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  const { filename, size } = JSON.parse(stdout)[0];
  const medians = await medianTimes(join(folder, filename)).catch((error: Error) => {
    console.log(`npm install could not be measured: ${error.message.split('\n')[1] ?? error.message}`);
    return undefined;
  });
  return [
    { what: '`npm pack`', measured: size / 1000, limit: 400, unit: 'kB' },
    {
      what: '`npm install` of the packed file, warm cache',
      measured: medians?.ours,
      unit: 'ms',
      ...against(other, medians?.others, 1),
    },
  ];
}

async function medianTimes(packed: string) {
  return inTurn(11, { others: () => timeToInstall(other), ours: () => timeToInstall(packed) });
}

async function timeToInstall(what: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-bench-install-'));
  await writeFile(join(folder, 'package.json'), '{"private": true}');
  const started = performance.now();
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', what], { cwd: folder });
  const taken = performance.now() - started;
  await rm(folder, { recursive: true });
  return taken;
}
