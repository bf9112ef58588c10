import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type InlineConfig } from 'tsdown';
import { expect, it } from 'vitest';
import config from '../../tsdown.config.ts';

const shipped = join(import.meta.dirname, '../../dist/THIRD-PARTY-LICENCES.txt');

/** The nearest named package.json above a file. */
function packageOf(file: string): { name: string; version: string; license: string } {
  const path = join(dirname(file), 'package.json');
  const data = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  return data.name ? data : packageOf(dirname(file));
}

async function bundledModules(): Promise<string[]> {
  const bundles = await build({ ...(config as InlineConfig), config: false, clean: false, write: false });
  const chunks = bundles.flatMap((bundle) => bundle.chunks);
  return chunks.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

it('ships the licence of every bundled package, and of no other', async () => {
  const modules = (await bundledModules()).filter((id) => id.startsWith('/'));
  const packages = new Map(modules.map(packageOf).map((it) => [it.name, it]));
  packages.delete('gitlab-to-pypi');
  const headings = [...packages.values()].map(
    ({ name, version, license }) => `${name} ${version} (${license})`,
  );
  const text = readFileSync(shipped, 'utf8');
  expect(text.match(/^[@a-z][\w./-]* \d+\.\d+\.\d+ \(.*\)$/gm)?.sort()).toEqual(headings.sort());
});

it('ships the full text of each licence, all of them permissive', () => {
  const notices = readFileSync(shipped, 'utf8').split(/\n\n(?=[@a-z][\w./-]* \d+\.\d+\.\d+ \()/);
  for (const notice of notices) {
    expect(notice).toMatch(/^(?:.* \((MIT|ISC|BSD-3-Clause|Apache-2\.0)\)\n)+\n/);
    expect(notice).toMatch(/Permission|Redistribution|Apache License/);
    expect(notice).toMatch(/without warranty|"as is"/i);
  }
});
