import type { Facts } from '../../facts/index.ts';
import { indexNames } from '../../facts/package-index.ts';
import type { IndexGoal } from '../../goal/index.ts';
import type { Environment, EnvironmentFields } from '../../ports/gitlab.ts';
import { compare, type Difference } from '../difference.ts';
import { type Finding, fixable, ok, unreadable } from '../finding.ts';
import { rereading, type Setting, type Step } from './setting.ts';

/** The environment that an index trusts: https://docs.gitlab.com/api/environments/ */
export function environment(index: IndexGoal): Setting {
  return {
    id: `environment:${index.job}`,
    kind: 'environment',
    index: index.id,
    title: `Environment ${index.environment} for ${indexNames[index.id]}`,
    dependsOn: [],
    inspect: ({ facts }) => inspect(facts, index),
    reread: rereading('environments', (gitlab, id) => gitlab.environments(id)),
  };
}

function inspect(facts: Facts, index: IndexGoal): Finding {
  const { environments, project } = facts.gitlab;
  if (!environments.known) return unreadable('environments', environments.reason);
  const existing = environments.value.find(({ name }) => name === index.environment);
  const manual = manualWay(project.webUrl, index);
  const differences = compareWith(existing, index);
  if (existing === undefined)
    return fixable('missing', `There is no environment ${index.environment} yet.`, {
      manual,
      steps: [creation(project.id, index)],
      differences,
    });
  if (differences.length === 0) return ok(`The environment ${index.environment} is correct.`);
  return fixable('different', `The environment ${index.environment} differs.`, {
    manual,
    steps: [update(project.id, existing, differences, index)],
    differences,
  });
}

function wantedFields(index: IndexGoal) {
  return { tier: index.tier, externalUrl: index.page, description: descriptionOf(index) } as const;
}

function descriptionOf({ job }: IndexGoal): string {
  return job === 'release' ? 'PyPI releases (one per tag)' : 'TestPyPI uploads of the default branch';
}

function compareWith(existing: Environment | undefined, index: IndexGoal): Difference[] {
  const wanted = wantedFields(index);
  const isSamePage = existing?.externalUrl?.replace(/\/+$/, '') === index.page.replace(/\/+$/, '');
  // Keep a description written by the team; old servers have no descriptions.
  const isDescribed = existing !== undefined && existing.description !== null && existing.description !== '';
  return compare([
    [{ of: 'environment', name: 'tier' }, existing?.tier, wanted.tier],
    [
      { of: 'environment', name: 'externalUrl' },
      isSamePage ? wanted.externalUrl : existing?.externalUrl,
      wanted.externalUrl,
    ],
    [{ of: 'environment', name: 'description' }, isDescribed ? wanted.description : null, wanted.description],
  ]);
}

function creation(projectId: number, index: IndexGoal): Step {
  return {
    label: `create the environment ${index.environment}`,
    run: ({ gitlab }) => gitlab.createEnvironment(projectId, index.environment, wantedFields(index)),
  };
}

/** Changes only what differs. */
function update(projectId: number, existing: Environment, differences: Difference[], index: IndexGoal): Step {
  const wanted = wantedFields(index);
  const names = differences.flatMap(({ field }) => (field.of === 'environment' ? [field.name] : []));
  const change: EnvironmentFields = Object.fromEntries(names.map((name) => [name, wanted[name]]));
  return {
    label: `update the environment ${existing.name}`,
    run: ({ gitlab }) => gitlab.updateEnvironment(projectId, existing.id, change),
  };
}

function manualWay(webUrl: string, index: IndexGoal): string {
  return `Open ${webUrl}/-/environments, create or edit '${index.environment}' with the external URL ${index.page}; the tier (${index.tier}) can only be set by API: PUT projects/:id/environments/:environment_id with tier=${index.tier}.`;
}
