import { attempt } from '../../facts/gitlab-project.ts';
import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { tokenKeys } from '../../indexes/upload-variables.ts';
import { routeOf } from '../../pipeline/index.ts';
import type { Difference } from '../difference.ts';
import { type Finding, fixable, type Offer, ok, unfixable, unreadable } from '../finding.ts';
import type { SettingVariable } from './beating.ts';
import {
  beatingEffect,
  differencesIn,
  groupPage,
  remediesOf,
  revoking,
  sentencesOf,
  variableText,
} from './leftover-words.ts';
import { type Leftovers, leftoversOf, mentions } from './leftovers.ts';
import { closePipelineVariables, pipelineVariables } from './pipeline-variables.ts';
import type { Setting, Situation, Step } from './setting.ts';

/**
 * No variable or job may override, block or redirect what publishes, and no unused credential may stay around. Deleted
 * only after confirmation: someone else may still need it. The variables that the token route sets are not among them.
 */
export const leftoverCredentials = ({ route }: Goal): Setting => ({
  id: 'leftover-credentials',
  kind: 'leftover-credentials',
  title:
    route.value === 'token'
      ? 'Nothing that overrides or exposes the API token'
      : 'No leftover tokens that would override the Trusted Publisher',
  dependsOn: [],
  inspect,
  reread: async ({ facts, goal, ...rest }, { gitlab }) => {
    const { project } = facts.gitlab;
    const [variables, again] = await Promise.all([
      attempt(gitlab.variables(project.id)),
      goal.agreed.includes(closePipelineVariables) ? gitlab.project(project.path) : project,
    ]);
    return { ...rest, goal, facts: { ...facts, gitlab: { ...facts.gitlab, variables, project: again } } };
  },
});

function inspect(situation: Situation): Finding {
  const { facts, goal } = situation;
  const { variables, project } = facts.gitlab;
  if (!variables.known) return unreadable('CI/CD variables', variables.reason);
  const found = leftoversOf(situation);
  const passed = pipelineVariables(facts, goal);
  const { agreed, offers } = deletions(found, situation);
  const sentences = sentencesOf(found, facts, goal);
  const more = {
    manual: remediesOf(found, facts, goal).join(' '),
    notes: [...unreadableGroups(facts), ...passed.notes],
    offers: [...offers, ...passed.offers],
  };
  const what = goal.route.value === 'token' ? 'API token' : 'Trusted Publisher';
  const message = sentences.join(' ') || `Nothing that could be read takes the place of the ${what}.`;
  const steps = [...agreed.map((it) => deletion(project.id, it)), ...passed.steps];
  if (steps.length > 0) {
    const afterwards = agreed.length === 0 ? [] : [`Revoke the token too, ${revoking(goal)}.`];
    return fixable('different', message, {
      ...more,
      steps,
      differences: [...agreed.map(gone), ...passed.differences],
      notes: [...more.notes, ...afterwards],
      afterwards,
    });
  }
  if (sentences.length === 0) return ok(message, more);
  return unfixable(isWrong(found) ? 'blocked' : 'manual', message, {
    ...more,
    differences: differencesIn(found, facts),
  });
}

/** Credentials are for a person to delete; what redirects, and jobs beside, is seen to be wrong. */
function isWrong({ redirecting, redirectingInFile, jobs }: Leftovers): boolean {
  return redirecting.length + redirectingInFile.length + jobs.length > 0;
}

const gone = (it: SettingVariable): Difference => ({
  field: { of: 'credential' },
  current: variableText(it),
  wanted: null,
});

/**
 * Variables of the project alone are deleted here: those that the token route made, others once a release has shown
 * that they are not needed, and those that the pipeline on the default branch does not read either. Those of a group
 * serve other projects too.
 */
function deletions(
  found: Leftovers,
  { facts, goal, verdicts }: Situation,
): { agreed: SettingVariable[]; offers: Offer[] } {
  const last = verdicts.publications.pypi?.published;
  const hasReleased = last?.known === true && last.value !== undefined;
  const scopes = goal.indexes.map(({ environment }) => environment);
  const isOwn = ({ holder }: SettingVariable) => holder.of === 'project';
  const beating = found.beating.filter(
    ({ key, environmentScope }) =>
      hasReleased || (Object.values(tokenKeys).includes(key) && scopes.includes(environmentScope)),
  );
  const unread = found.unread.filter(({ key }) => !isReadOnDefaultBranch(key, facts));
  const offers = [
    ...beating.filter(isOwn).map((it) => ({ it, question: question(it, facts, goal) })),
    ...unread.filter(isOwn).map((it) => ({ it, question: unreadQuestion(it) })),
  ];
  return {
    agreed: offers.map(({ it }) => it).filter((it) => goal.agreed.includes(offerId(it))),
    offers: offers.map(({ it, question }) => ({ id: offerId(it), question })),
  };
}

/** Nothing is known of a file that cannot be read. */
function isReadOnDefaultBranch(key: string, { gitlab }: Facts): boolean {
  const { committedPipeline: committed } = gitlab;
  return !committed.known || mentions(committed.value ?? '', key);
}

const offerId = ({ key, environmentScope }: SettingVariable) => `delete ${key} ${environmentScope}`;

function question(it: SettingVariable, { gitlab }: Facts, goal: Goal): string {
  const { committedPipeline: committed, project } = gitlab;
  const isRead = committed.known && routeOf(committed.value ?? '') === 'token';
  const warning = isRead
    ? ` The pipeline on ${project.defaultBranch} needs it until the new one is pushed.`
    : '';
  return `Delete ${variableText(it)}? While it is there, ${beatingEffect(goal)}.${warning}`;
}

const unreadQuestion = (it: SettingVariable) =>
  `Delete ${variableText(it)}? No job of the pipeline reads it any more; look first whether a script does.`;

function deletion(projectId: number, it: SettingVariable): Step {
  return {
    label: `delete the variable ${it.key} for ${it.environmentScope}`,
    run: ({ gitlab }) => gitlab.deleteVariable(projectId, it),
  };
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
