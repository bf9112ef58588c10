import type { Facts } from '../../facts/index.ts';
import { indexNames } from '../../facts/package-index.ts';
import type { Goal, IndexGoal } from '../../goal/index.ts';
import { indexTokenPage, scopeAdvice } from '../../indexes/upload-token.ts';
import { tokenKeys } from '../../indexes/upload-variables.ts';
import { sourceText } from '../../kernel/source.ts';
import { fitsPattern } from '../../kernel/wildcard.ts';
import type { Variable, VariableName } from '../../ports/gitlab-variables.ts';
import { compare, type Difference } from '../difference.ts';
import { type Finding, fixable, ok, unfixable, unreadable } from '../finding.ts';
import { closedProject } from './project-status.ts';
import { rereading, type Setting } from './setting.ts';
import { changeOf, creation, replacement, update } from './variable-steps.ts';

/** The API token for one index, as a CI/CD variable of its environment: https://docs.gitlab.com/ci/variables/ */
export function variable(index: IndexGoal, goal: Goal): Setting {
  const key = tokenKeys[goal.publishWith.value];
  const release = index.job === 'release';
  return {
    // Both indexes use the key that the tool reads, so add the job to the second one's id.
    id: release ? `variable:${key}` : `variable:${key}@${index.job}`,
    kind: 'variable',
    index: index.id,
    title: `API token of ${indexNames[index.id]} in ${key}`,
    // Protected variables are available to anyone who may create a tag or push to the default branch.
    dependsOn: release ? ['protected-tags', 'protected-branch'] : [],
    inspect: ({ facts }) => inspect(facts, goal, index),
    reread: rereading('variables', (gitlab, id) => gitlab.variables(id)),
    afterwards: (facts) => ({
      ...facts,
      uploadTokens: { ...facts.uploadTokens, [index.id]: { kind: 'stored' } },
    }),
  };
}

function inspect(facts: Facts, goal: Goal, index: IndexGoal): Finding {
  const closed = closedProject(facts, index);
  if (closed !== undefined) return closed;
  const { variables } = facts.gitlab;
  if (!variables.known) return unreadable('CI/CD variables', variables.reason);
  const name = { key: tokenKeys[goal.publishWith.value], environmentScope: index.environment };
  const own = ownVariable(variables.value, name, goal);
  if (own === undefined) return absent(facts, name, index);
  const offer = replacementOffer(facts, name, index);
  const differences = compareFlags(own, name);
  const change = changeOf(own, name);
  const more = { manual: manualWay(facts, name, index), offers: offer === undefined ? [] : [offer] };
  if (offer && goal.agreed.includes(offer.id)) {
    const steps = [replacement(facts.gitlab.project.id, own, name, index)];
    const afterwards = [`Revoke the old token at ${index.url}/manage/account/ afterwards.`];
    return fixable('different', `The token in ${name.key} will be replaced.`, {
      ...more,
      steps,
      differences: [...differences, replacementOfToken],
      notes: afterwards,
      afterwards,
    });
  }
  if (differences.length === 0)
    return ok(`${name.key} is there for ${index.environment}.`, { ...more, notes: seen(own) });
  const steps = [update(facts.gitlab.project.id, own, change)];
  return fixable('different', `${name.key} for ${index.environment} is open wider than it should be.`, {
    ...more,
    steps,
    differences,
  });
}

/** A missing token; if none was given, the step says what is missing. */
function absent(facts: Facts, name: VariableName, index: IndexGoal): Finding {
  const manual = manualWay(facts, name, index);
  const message = `There is no API token of ${index.title} for the environment ${index.environment} yet.`;
  if (facts.uploadTokens[index.id].kind === 'left out') return unfixable('manual', message, { manual });
  const wanted = `protected, masked and hidden, raw, for ${index.environment}`;
  return fixable('missing', message, {
    manual,
    needsToken: index.id,
    differences: compare([[{ of: 'variable', key: name.key }, null, wanted]]),
    notes: tokenNotes(facts, index),
    steps: [creation(facts.gitlab.project.id, name, index)],
  });
}

/** Where the token will be read from. */
function tokenNotes({ uploadTokens }: Facts, { id, title }: IndexGoal): string[] {
  const token = uploadTokens[id];
  if (token.kind === 'found') return [`The token is taken from ${sourceText(token.source)}.`];
  return token.kind === 'unusable'
    ? [`${sourceText(token.source)} holds no token of ${title}: ${token.reason}.`]
    : [];
}

/**
 * The variable for exactly this environment, else one with a wider scope that reaches it and does not belong to the
 * other environment. If a wide one reaches both, releases come first.
 */
function ownVariable(
  all: Variable[],
  { key, environmentScope }: VariableName,
  goal: Goal,
): Variable | undefined {
  const named = all.filter((it) => it.key === key);
  const exact = (scope: string) => named.find((it) => it.environmentScope === scope);
  if (exact(environmentScope)) return exact(environmentScope);
  const scopes = goal.indexes.map(({ environment }) => environment);
  const wide = named.filter(
    (it) => !scopes.includes(it.environmentScope) && fitsPattern(environmentScope, it.environmentScope),
  );
  const release = goal.releaseEnvironment.value;
  return environmentScope === release || exact(release) ? wide[0] : undefined;
}

const replacementOfToken: Difference = {
  field: { of: 'variable flag', name: 'value' },
  current: 'another token',
  wanted: 'the new token',
};

function compareFlags(own: Variable, { environmentScope }: VariableName) {
  return compare([
    [{ of: 'variable flag', name: 'environmentScope' }, own.environmentScope, environmentScope],
    [{ of: 'variable flag', name: 'protected' }, own.protected, true],
    [{ of: 'variable flag', name: 'masked' }, own.masked, true],
    [{ of: 'variable flag', name: 'raw' }, own.raw ?? true, true],
    [{ of: 'variable flag', name: 'type' }, own.type, 'env_var'],
  ]);
}

/** Only new variables can be hidden, and only on servers that support it. */
function seen({ key, hidden }: Variable): string[] {
  if (hidden === undefined)
    return [`This GitLab cannot hide variables, so every Maintainer can read ${key}.`];
  return hidden ? [] : [`Every Maintainer can read ${key}; it is hidden when the token is replaced.`];
}

/** Nobody can tell whether the stored token is the given one, so offer to replace it. */
function replacementOffer(facts: Facts, { key, environmentScope }: VariableName, { id }: IndexGoal) {
  const token = facts.uploadTokens[id];
  if (token.kind !== 'found' || token.source.by !== 'environment') return undefined;
  return {
    id: `replace ${key} ${environmentScope}`,
    question: `${key} is there already for ${environmentScope}. Replace its token with that from ${sourceText(token.source)}?`,
  };
}

function manualWay(facts: Facts, { key, environmentScope }: VariableName, index: IndexGoal): string {
  const { webUrl } = facts.gitlab.project;
  const advice = scopeAdvice(facts.python.packageName.value, facts.indexes[index.id]);
  return `Make a token at ${indexTokenPage(index)} (${advice}). Open ${webUrl}/-/settings/ci_cd, section 'Variables', and add ${key} with it: 'Masked and hidden', 'Protect variable' on, 'Expand variable reference' off, environment ${environmentScope}.`;
}
