import type { Facts } from '../facts/index.ts';
import { UserError } from '../kernel/errors.ts';
import type { IndexId } from '../kernel/route.ts';
import { fromGitLab, type Sourced } from '../kernel/source.ts';
import type { Wishes } from './wishes.ts';

/**
 * Names of the two environments: the user's choice, else the name that the pipeline file and GitLab agree on, else the
 * environment that already links to the package's page, else the default.
 */
export function chooseEnvironments(
  facts: Facts,
  wishes: Wishes,
): { release: Sourced<string>; test: Sourced<string> } {
  const { reading } = facts.pipeline;
  const mixedUp =
    reading.releaseEnvironment !== undefined && reading.releaseEnvironment === reading.testEnvironment;
  const release =
    wishes.releaseEnvironment ??
    findEnvironment(facts, 'pypi', mixedUp ? undefined : reading.releaseEnvironment) ??
    ({ value: 'release', source: { by: 'default' } } as const);
  const test =
    wishes.testEnvironment ??
    findEnvironment(facts, 'testpypi', mixedUp ? undefined : reading.testEnvironment) ??
    ({ value: 'release-test', source: { by: 'default' } } as const);
  if (release.value === test.value) throw sameNames(release.value);
  return { release, test };
}

function findEnvironment(facts: Facts, id: IndexId, inFile: string | undefined): Sourced<string> | undefined {
  const { environments } = facts.gitlab;
  const existing = environments.known ? environments.value : [];
  const file =
    inFile === undefined
      ? undefined
      : { value: inFile, source: { by: 'file', path: facts.pipeline.path.value } as const };
  if (file && existing.some(({ name }) => name === file.value)) return file;
  const page = `${facts.indexes[id].url}/project/${facts.python.packageName.value}`;
  const usual = id === 'pypi' ? 'release' : 'release-test';
  const onGitLab =
    existing.find(({ externalUrl }) => externalUrl?.replace(/\/+$/, '') === page) ??
    existing.find(({ name }) => name === usual);
  return onGitLab ? { value: onGitLab.name, source: fromGitLab({ kind: 'environments' }) } : file;
}

function sameNames(name: string): UserError {
  return new UserError(
    'same-environment',
    `The releases and the test uploads cannot share the environment '${name}': PyPI and TestPyPI each trust one.`,
    "Give two names with '--release-environment' and '--test-environment'.",
  );
}
