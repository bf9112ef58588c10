import { versionFromVcs } from '../editing/versions/index.ts';
import { inDirectory } from '../facts/checkout.ts';
import type { Facts } from '../facts/index.ts';
import { findingOfEdit } from './file-setting.ts';
import type { Finding, Setting } from './setting.ts';

/** Each build has its own version, which the index accepts. */
export const pyproject: Setting = {
  id: 'pyproject',
  title: 'A version of its own for each build',
  dependsOn: [],
  inspect,
  reread: async (facts, { files }) => {
    const { directory } = facts.checkout;
    const names = ['pyproject.toml', 'setup.cfg', 'setup.py'] as const;
    const texts = await Promise.all(names.map((name) => files.read(inDirectory(directory, name))));
    const again = Object.fromEntries(names.map((name, index) => [name, texts[index]]));
    return { ...facts, python: { ...facts.python, files: again } };
  },
};

function inspect(facts: Facts): Finding {
  const { files, version } = facts.python;
  return findingOfEdit(versionFromVcs(files, { directory: facts.checkout.directory }), {
    ok: 'Each build takes its own version from git, without a local part.',
    different: `Not each build would have a version that the index accepts (${version.value}, ${version.source}).`,
    missing: '',
    isMissing: false,
  });
}
