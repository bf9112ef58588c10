import { type Facts, knownIndexes } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { credentialKeys, tokenKeys } from '../../indexes/upload-variables.ts';
import { readPipeline, routeIn } from '../../pipeline/index.ts';
import type { Difference } from '../difference.ts';
import { type Finding, fixable, type Offer, ok, unfixable, unreadable } from '../finding.ts';
import type { Verdicts } from '../verdicts.ts';
import { type Beating, beatingVariables } from './beating.ts';
import { rereading, type Setting, type Situation, type Step } from './setting.ts';

/**
 * No variable or job line may override Trusted Publishing. Deleted only after confirmation: someone else may still need
 * it.
 */
export const leftoverCredentials: Setting = {
  id: 'leftover-credentials',
  kind: 'leftover-credentials',
  title: 'No credentials that beat the Trusted Publisher',
  dependsOn: [],
  inspect,
  reread: rereading('variables', (gitlab, id) => gitlab.variables(id)),
};

function inspect(situation: Situation): Finding {
  const { facts, goal, verdicts } = situation;
  const { variables, project } = facts.gitlab;
  if (!variables.known) return unreadable('CI/CD variables', variables.reason);
  const keys = credentialKeys[goal.publishWith.value];
  const inSettings = beatingVariables(facts, goal, keys);
  const inFile = credentialsLeft(facts, verdicts)
    .filter(({ key }) => keys.includes(key))
    .map(({ job, key }) => `${key} in ${facts.pipeline.path.value} (${job})`);
  const found = [...inSettings.map(wording), ...inFile];
  const notes = unreadableGroups(facts);
  if (found.length === 0)
    return ok('Nothing that could be read takes the place of the Trusted Publisher.', { notes });
  const { agreed, offers } = deletions(inSettings, situation);
  const message = `${found.join(', ')}: ${effectOf(goal)}.`;
  const manual = `Remove ${found.length > 1 ? 'them' : 'it'} at ${places(inSettings, inFile, facts).join(' and ')}, and revoke the token ${revoking(goal)}.`;
  if (agreed.length === 0)
    return unfixable('manual', message, { manual, notes, offers, differences: found.map(gone) });
  const afterwards = [`Revoke the token too, ${revoking(goal)}.`];
  return fixable('different', message, {
    manual,
    offers,
    differences: agreed.map((it) => gone(wording(it))),
    steps: agreed.map((it) => deletion(project.id, it)),
    notes: [...notes, ...afterwards],
    afterwards,
  });
}

const gone = (where: string): Difference => ({ field: { of: 'credential' }, current: where, wanted: null });

/**
 * Only the project's own variables can be deleted here: those that the token route created, and others once a release
 * has shown that they are not needed. A group's variables serve other projects too.
 */
function deletions(
  found: Beating[],
  { facts, goal, verdicts }: Situation,
): { agreed: Beating[]; offers: Offer[] } {
  const last = verdicts.published.pypi;
  const hasReleased = last?.known === true && last.value !== undefined;
  const scopes = goal.indexes.map(({ environment }) => environment);
  const deletable = found.filter(
    ({ group, key, environmentScope }) =>
      group === undefined &&
      (hasReleased || (Object.values(tokenKeys).includes(key) && scopes.includes(environmentScope))),
  );
  const offers = deletable.map((it) => ({ id: offerId(it), question: question(it, facts, goal) }));
  return { agreed: deletable.filter((it) => goal.agreed.includes(offerId(it))), offers };
}

const offerId = ({ key, environmentScope }: Beating) => `delete ${key} ${environmentScope}`;

function question(it: Beating, { gitlab }: Facts, goal: Goal): string {
  const { committedPipeline: committed, project } = gitlab;
  const isRead = committed.known && routeIn(committed.value ?? '') === 'token';
  const warning = isRead
    ? ` The pipeline on ${project.defaultBranch} needs it until the new one is pushed.`
    : '';
  return `Delete ${wording(it)}? While it is there, ${effectOf(goal)}.${warning}`;
}

function deletion(projectId: number, it: Beating): Step {
  return {
    label: `delete the variable ${it.key} for ${it.environmentScope}`,
    run: ({ gitlab }) => gitlab.deleteVariable(projectId, it),
  };
}

/** Credentials in the file that its edit does not remove. */
function credentialsLeft({ pipeline, indexes }: Facts, { pipelineEdit: edit }: Verdicts) {
  const [file] = edit.kind === 'edited' ? edit.edits : [];
  return (file ? readPipeline(file.after, knownIndexes(indexes)) : pipeline.reading).credentials;
}

function effectOf({ publishWith }: Goal): string {
  return publishWith.value === 'uv'
    ? 'uv refuses to publish while it is set'
    : 'twine would use it in place of the Trusted Publisher';
}

function wording({ key, environmentScope, group }: Beating): string {
  const where = group === undefined ? 'CI/CD variable' : `CI/CD variable of the group ${group}`;
  return `${key} (${where}${environmentScope === '*' ? '' : `, environment ${environmentScope}`})`;
}

function places(inSettings: Beating[], inFile: string[], facts: Facts): string[] {
  const { project, url } = facts.gitlab;
  const pages = inSettings.map(({ group }) =>
    group === undefined ? `${project.webUrl}/-/settings/ci_cd` : groupPage(url.value, group),
  );
  return [
    ...[...new Set(pages)].map((page) => `${page} (section 'Variables')`),
    ...(inFile.length > 0 ? [facts.pipeline.path.value] : []),
  ];
}

function unreadableGroups({ gitlab }: Facts): string[] {
  return gitlab.groupVariables.flatMap(({ path, variables }) =>
    variables.known
      ? []
      : [
          `The variables of the group ${path} cannot be read with this token (${variables.reason.replace(/\.$/, '')}); an Owner of it sees them at ${groupPage(gitlab.url.value, path)}.`,
        ],
  );
}

const groupPage = (url: string, path: string) => `${url}/groups/${path}/-/settings/ci_cd`;

const revoking = ({ indexes }: Goal) =>
  `at ${indexes.map(({ url }) => `${url}/manage/account/`).join(' or ')}`;
