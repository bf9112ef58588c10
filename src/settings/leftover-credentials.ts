import { readPipeline } from '../editing/pipeline/index.ts';
import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import type { Variable } from '../ports/gitlab-variables.ts';
import { editedPipeline } from './pipeline.ts';
import { type Finding, finding, rereading, type Setting, unreadable } from './setting.ts';
import { fitsPattern } from './wildcard.ts';

/**
 * Credentials that take the place of the Trusted Publisher: twine silently prefers a password, uv refuses to start.
 * https://docs.astral.sh/uv/guides/package/ and https://twine.readthedocs.io/
 */
const beating = {
  uv: ['UV_PUBLISH_TOKEN', 'UV_PUBLISH_USERNAME', 'UV_PUBLISH_PASSWORD'],
  twine: ['TWINE_PASSWORD', 'TWINE_USERNAME'],
};

/** No variable and no job line that beats Trusted Publishing. Reported only: somebody else may still need it. */
export const leftoverCredentials: Setting = {
  id: 'leftover-credentials',
  title: 'No credentials that beat the Trusted Publisher',
  dependsOn: [],
  inspect,
  reread: rereading('variables', (gitlab, id) => gitlab.variables(id)),
};

function inspect(facts: Facts, goal: Goal): Finding {
  const { variables, project } = facts.gitlab;
  if (!variables.known) return unreadable('CI/CD variables', variables.reason);
  const keys = beating[goal.publishWith.value];
  const environments = goal.indexes.map((index) => index.environment);
  const inProject = variables.value
    .filter((it) => keys.includes(it.key) && reaches(it, environments))
    .map(wording);
  const inFile = credentialsLeft(facts, goal)
    .filter(({ key }) => keys.includes(key))
    .map(({ job, key }) => `${key} in ${facts.pipeline.path.value} (${job})`);
  const found = [...inProject, ...inFile];
  if (found.length === 0)
    return finding('ok', `Nothing in the project takes the place of the Trusted Publisher.`);
  const effect =
    goal.publishWith.value === 'uv'
      ? 'uv refuses to publish while it is set'
      : 'twine would use it in place of the Trusted Publisher';
  return finding('manual', `${found.join(', ')}: ${effect}.`, {
    differences: found.map((where) => ({ field: 'credential', current: where, wanted: '(none)' })),
    manual: `Remove it at ${project.webUrl}/-/settings/ci_cd (section 'Variables') or from the file, and revoke the token on the index.`,
  });
}

/** Those of the file that its edit does not take out. */
function credentialsLeft(facts: Facts, goal: Goal) {
  const edit = editedPipeline(facts, goal);
  const [file] = edit.kind === 'edited' ? edit.edits : [];
  return (file ? readPipeline(file.after) : facts.pipeline.reading).credentials;
}

function wording({ key, environmentScope }: Variable): string {
  return `${key} (CI/CD variable${environmentScope === '*' ? '' : `, environment ${environmentScope}`})`;
}

function reaches({ environmentScope }: Variable, environments: string[]): boolean {
  return environments.some((name) => fitsPattern(name, environmentScope));
}
