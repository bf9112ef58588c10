import { protectedAs } from '../facts/gitlab-project.ts';
import { type Facts, knownIndexes } from '../facts/index.ts';
import { whyUnprotected } from '../facts/server-version.ts';
import { UserError } from '../kernel/errors.ts';
import type { IndexId, PublishTool, Route } from '../kernel/route.ts';
import { fromGitLab, isWish, type Source, type Sourced } from '../kernel/source.ts';
import { indexesWithOwnOccasions } from '../pipeline/index.ts';
import type { Advice } from './advice.ts';
import type { Goal } from './index.ts';
import type { Wishes } from './wishes.ts';

/**
 * The user's choice, else the declared one, else the route of an earlier run, else the recommended one. Throws a
 * `UserError` if the user chooses an impossible one.
 */
export function chooseRoute(
  facts: Facts,
  wishes: Wishes,
  advice: Advice,
  environment: string,
): Sourced<Route> {
  const licensed = facts.gitlab.project.protectedEnvironmentsLicensed;
  if (wishes.route?.value === 'protected' && isWish(wishes.route) && !licensed) throw routeUnavailable(facts);
  if (wishes.route) return wishes.route;
  const { reading } = facts.pipeline;
  const inFile = (value: Route): Sourced<Route> => ({ value, source: fromPipeline(facts) });
  const isAdopted = wishes.adopted?.includes('route') ?? false;
  const written = isAdopted ? reading.publishesBy : undefined;
  if (written === 'token') return inFile('token');
  if (reading.route && !isAdopted) return inFile(reading.route);
  if (licensed && protectedAs(facts.gitlab, environment)) {
    return { value: 'protected', source: fromGitLab({ kind: 'protected environment', name: environment }) };
  }
  if (written === 'id-token') return inFile('trusted');
  return { value: advice.route, source: { by: 'recommended' } };
}

const fromPipeline = ({ pipeline }: Facts): Source => ({ by: 'file', path: pipeline.path.value });

function routeUnavailable(facts: Facts): UserError {
  return new UserError(
    'route-unavailable',
    whyUnprotected(facts.gitlab),
    "Leave out '--route protected' or use '--route trusted'; about GitLab for Open Source see https://about.gitlab.com/solutions/open-source/.",
  );
}

/** Why twine is not a choice for another index, as a full sentence. */
export const twineElsewhere =
  'twine can use a Trusted Publisher only on https://pypi.org and https://test.pypi.org.';

/**
 * The user's choice, else the declared one, else what the pipeline already uses. twine supports Trusted Publishing only on the official
 * indexes.
 */
export function choosePublishTool(facts: Facts, wishes: Wishes, route: Route): Sourced<PublishTool> {
  const { reading } = facts.pipeline;
  const elsewhere = route !== 'token' && Object.values(facts.indexes).some(({ official }) => !official);
  if (wishes.publishWith?.value === 'twine' && elsewhere) {
    throw new UserError('twine-other-index', twineElsewhere, "Use '--publish-with uv' for another index.");
  }
  const found =
    reading.publishWith === undefined || (reading.publishWith === 'twine' && elsewhere)
      ? undefined
      : { value: reading.publishWith, source: fromPipeline(facts) };
  return wishes.publishWith ?? found ?? { value: 'uv', source: { by: 'default' } };
}

/** The project's own occasions unless the user wants others. An earlier run has settled it in the file. */
export function chooseOccasions(facts: Facts, wishes: Wishes): Pick<Goal, 'occasions' | 'ownOccasions'> {
  const { reading, path } = facts.pipeline;
  const { defaultBranch, path: projectPath } = facts.gitlab.project;
  const project = { defaultBranch: defaultBranch ?? 'main', projectPath };
  const source: Source = reading.ours ? { by: 'file', path: path.value } : { by: 'default' };
  return {
    occasions: wishes.occasions ?? { value: 'own', source },
    ownOccasions: indexesWithOwnOccasions(reading, knownIndexes(facts.indexes), project),
  };
}

/** A pipeline of ours without the test job and its environment was set up with `--no-testpypi`. */
export function foundTestHalf(facts: Facts, environment: string): Sourced<boolean> {
  const { reading } = facts.pipeline;
  const inFile = fromPipeline(facts);
  if (!reading.ours || reading.hasTestJob)
    return { value: true, source: reading.ours ? inFile : { by: 'default' } };
  const { environments } = facts.gitlab;
  const exists = environments.known && environments.value.some(({ name }) => name === environment);
  return { value: exists, source: exists ? fromGitLab({ kind: 'environments' }) : inFile };
}

/**
 * Names of the two environments: the user's choice, else the declared one, else the name that the pipeline file and GitLab agree on, else the
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
    findEnvironment(facts, wishes, 'pypi', mixedUp ? undefined : reading.releaseEnvironment) ??
    ({ value: 'release', source: { by: 'default' } } as const);
  const test =
    wishes.testEnvironment ??
    findEnvironment(facts, wishes, 'testpypi', mixedUp ? undefined : reading.testEnvironment) ??
    ({ value: 'release-test', source: { by: 'default' } } as const);
  if (release.value === test.value) throw sameNames(release.value);
  return { release, test };
}

function findEnvironment(
  facts: Facts,
  { adopted }: Wishes,
  id: IndexId,
  inFile: string | undefined,
): Sourced<string> | undefined {
  const { environments } = facts.gitlab;
  const existing = environments.known ? environments.value : [];
  const file = inFile === undefined ? undefined : { value: inFile, source: fromPipeline(facts) };
  const isAdopted = adopted?.includes(id === 'pypi' ? 'releaseEnvironment' : 'testEnvironment');
  if (file && (isAdopted || existing.some(({ name }) => name === file.value))) return file;
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
