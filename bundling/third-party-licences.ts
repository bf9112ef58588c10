import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';

/** Collects the licences of all bundled packages in one file next to the code, as those licences require, each text once. */
export function thirdPartyLicences(): Plugin {
  return {
    name: 'third-party-licences',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
      const packages = new Map<string, string[]>();
      for (const { name, text } of [...new Set(folders)].sort().map(noticeOf))
        packages.set(text, [...(packages.get(text) ?? []), name]);
      const notices = [...packages].map(([text, names]) =>
        [names.join('\n'), text].filter(Boolean).join('\n\n'),
      );
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENCES.txt', source: notices.join('\n\n') });
    },
  };
}

/** A package by its name, and its licence, which may be that of others to the letter. */
function noticeOf(folder: string): { name: string; text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = existsSync(folder) ? readdirSync(folder).find((it) => /^licen[cs]e/i.test(it)) : undefined;
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return { name: `${name} ${version} (${license})`, text };
}
