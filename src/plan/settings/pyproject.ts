import { type Facts, readPythonFiles } from '../../facts/index.ts';
import { sourceText } from '../../kernel/source.ts';
import { buildTimeVersion, versionFromVcs } from '../../python/versions/index.ts';
import { findingOfEdit } from './file-setting.ts';
import type { Finding, Setting } from './setting.ts';

/** Each build has its own version, which the index accepts. */
export const pyproject: Setting = {
  id: 'pyproject',
  title: 'A version of its own for each build',
  dependsOn: [],
  inspect,
  reread: async (facts, { files }) => {
    const again = await readPythonFiles(files, facts.checkout.directory);
    return { ...facts, python: { ...facts.python, files: again } };
  },
};

function inspect(facts: Facts): Finding {
  const { files, version } = facts.python;
  return findingOfEdit(versionFromVcs(files, { directory: facts.checkout.directory, tags: facts.tags }), {
    ok: buildTimeVersion(files)
      ? 'The pipeline gives each build its own version, without a local part.'
      : 'Each build takes its own version from git, without a local part.',
    different: `Not each build would have a version that the index accepts (${version.value}, ${sourceText(version.source)}).`,
    missing: '',
    isMissing: false,
  });
}
