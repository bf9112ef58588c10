import { readPythonFiles } from '../../facts/index.ts';
import { sourceText } from '../../kernel/source.ts';
import { readDeclaration } from '../../python/declaration.ts';
import { buildTimeVersion } from '../../python/versions/index.ts';
import type { Finding } from '../finding.ts';
import { editProject } from '../project-edit.ts';
import { findingOfEdit, rereadFromHead } from './file-setting.ts';
import type { Setting, Situation } from './setting.ts';

/** Every build has its own version, which the index accepts, and the project declares its choices. */
export const pyproject: Setting = {
  id: 'pyproject',
  kind: 'pyproject',
  title: 'Unique version per build',
  dependsOn: ['pipeline'],
  inspect,
  reread: async (situation, ports) => {
    const { facts: before, verdicts, ...rest } = situation;
    if (before.tree.kind === 'head') return rereadFromHead(situation, ports);
    const again = await readPythonFiles(ports.files, before.checkout.directory);
    const declaration = readDeclaration(again);
    const facts = { ...before, python: { ...before.python, files: again, declaration } };
    return { ...rest, facts, verdicts: { ...verdicts, ...editProject(facts, rest.goal) } };
  },
};

function inspect(situation: Situation): Finding {
  const { facts, verdicts } = situation;
  const { files, version, writtenVersion, declaration } = facts.python;
  const { onlyDeclares } = verdicts;
  const words = {
    ok:
      // One that is written and stays is not git's.
      buildTimeVersion(files) || writtenVersion !== undefined
        ? 'The pipeline gives each build its own version, without a local part.'
        : 'Each build takes its own version from git, without a local part.',
    different: onlyDeclares
      ? `${declaration.path} declares other choices.`
      : `Not every build would get a version that the index accepts: ${version.value} (${sourceText(version.source)}).`,
    missing: 'The choices are not declared in the project yet.',
    isMissing: onlyDeclares && declaration.path === undefined,
  };
  return findingOfEdit(verdicts.versionEdit, words, situation);
}
