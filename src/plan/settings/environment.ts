import type { Facts } from '../../facts/index.ts';
import { indexNames } from '../../facts/package-index.ts';
import type { IndexGoal } from '../../goal/index.ts';
import type { Environment, EnvironmentFields } from '../../ports/gitlab.ts';
import { compare, type Finding, finding, rereading, type Setting, type Step, unreadable } from './setting.ts';

/** The environment that one index trusts: https://docs.gitlab.com/api/environments/ */
export function environment(index: IndexGoal): Setting {
  return {
    id: `environment:${index.job}`,
    title: `Environment ${index.environment} for ${indexNames[index.id]}`,
    dependsOn: [],
    inspect: (facts) => inspect(facts, index),
    reread: rereading('environments', (gitlab, id) => gitlab.environments(id)),
  };
}

function inspect(facts: Facts, index: IndexGoal): Finding {
  const { environments, project } = facts.gitlab;
  if (!environments.known) return unreadable('environments', environments.reason);
  const existing = environments.value.find(({ name }) => name === index.environment);
  const manual = manualWay(project.webUrl, index);
  if (existing === undefined) {
    const steps = [creation(project.id, index)];
    return finding('missing', `There is no environment ${index.environment} yet.`, {
      manual,
      steps,
      differences: compare(wantedFields(index).map(([field, , wanted]) => [field, null, wanted])),
    });
  }
  const differences = compareWith(existing, index);
  if (differences.length === 0)
    return finding('ok', `The environment ${index.environment} is as it should be.`);
  const steps = [
    update(
      project.id,
      existing,
      differences.map(({ field }) => field),
      index,
    ),
  ];
  return finding('different', `The environment ${index.environment} differs.`, {
    manual,
    steps,
    differences,
  });
}

/** Each field as GitLab calls it, as the port calls it, and what it is to be. */
function wantedFields(index: IndexGoal): [field: string, key: keyof EnvironmentFields, wanted: string][] {
  return [
    ['tier', 'tier', index.tier],
    ['external_url', 'externalUrl', index.page],
    ['description', 'description', descriptionOf(index)],
  ];
}

function descriptionOf({ job }: IndexGoal): string {
  return job === 'release' ? 'PyPI releases, one for each tag' : 'TestPyPI uploads of the default branch';
}

function compareWith(existing: Environment, index: IndexGoal) {
  const trimmed = existing.externalUrl?.replace(/\/+$/, '') === index.page.replace(/\/+$/, '');
  return compare([
    ['tier', existing.tier, index.tier],
    ['external_url', trimmed ? index.page : existing.externalUrl, index.page],
    // A description of the team's own stays, and old servers do not know descriptions.
    ...(existing.description === null || existing.description === ''
      ? ([['description', null, descriptionOf(index)]] as [string, null, string][])
      : []),
  ]);
}

function creation(projectId: number, index: IndexGoal): Step {
  const { environment: name, tier, page } = index;
  return {
    label: `create the environment ${name}`,
    run: ({ gitlab }) =>
      gitlab.createEnvironment(projectId, name, {
        tier,
        externalUrl: page,
        description: descriptionOf(index),
      }),
  };
}

function update(projectId: number, existing: Environment, fields: string[], index: IndexGoal): Step {
  const wanted = wantedFields(index).filter(([field]) => fields.includes(field));
  const change = Object.fromEntries(wanted.map(([, key, value]) => [key, value]));
  return {
    label: `update the environment ${existing.name}`,
    run: ({ gitlab }) => gitlab.updateEnvironment(projectId, existing.id, change),
  };
}

function manualWay(webUrl: string, index: IndexGoal): string {
  return `Open ${webUrl}/-/environments, create or edit '${index.environment}' with the external URL ${index.page}; the tier (${index.tier}) can only be set by API: PUT projects/:id/environments/:environment_id with tier=${index.tier}.`;
}
