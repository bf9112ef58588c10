import { isCredentialName } from '../../indexes/upload-variables.ts';
import { ownValue } from '../../kernel/own-value.ts';
import type { IndexId } from '../../kernel/route.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { isRedirecting } from '../globals.ts';
import type { ProjectFacts } from '../model/occasions.ts';
import type { PipelineGoal } from '../pipeline-goal.ts';
import { withoutCredentialTests } from '../recognise/credential-tests.ts';
import { flat, resolveRules } from '../recognise/jobs.ts';
import { expressionOfRef, isNameOfRef, oldConditions } from '../recognise/only-except.ts';
import {
  areForTags,
  guardRule,
  isForSomeTag,
  letsThrough,
  type Occasion,
  onVersionTags,
  tagRule,
  usualRule,
} from '../recognise/rules.ts';
import { jobVariables } from '../recognise/uploads.ts';

/** The project, and the user's choice of occasions. */
export type ProjectOccasions = ProjectFacts & Pick<PipelineGoal, 'projectPath' | 'occasions' | 'versionTags'>;

/**
 * The rules for a publishing job: the occasions that the project chose, as written, behind the guard. PyPI only gets
 * tags, since nothing else produces a release version from git.
 */
export function publishingRules(
  job: YamlTable,
  id: IndexId,
  project: ProjectOccasions,
  data: YamlTable,
): YamlTable[] {
  const standard = usualRule(id, project);
  if (project.occasions === 'push-and-tag') return [guardRule(project.projectPath), standard];
  const written = flat(job.rules ?? oldAsRules(job, data, project));
  const spelt = withPatterns(written, jobVariables(job, data));
  const own = spelt.flatMap((rule): YamlValue[] =>
    isYamlTable(rule) ? withoutCredentialTests(withoutRedirection(rule)) : [rule],
  );
  if (id === 'testpypi' && own.length === 0)
    return [guardRule(project.projectPath, true), ...anywhere.map(({ rule }) => rule)];
  const kept = own
    .flatMap((rule) => keptOf(rule, own, id, project))
    .map((rule) => onVersionTags(rule, project));
  const runs = kept.some((rule) => rule.when !== 'never');
  const schedules = id === 'testpypi' && runs && letsThrough(kept, 'schedule', project) !== false;
  return [guardRule(project.projectPath, schedules), ...(runs ? kept : [{ ...standard, ...byHand(own) }])];
}

/** A rule that sets no credential and no address for an upload. */
function withoutRedirection({ variables, ...rule }: YamlTable): YamlTable {
  if (!isYamlTable(variables)) return rule;
  const left = Object.entries(variables).filter(([key]) => !isRedirecting(key) && !isCredentialName(key));
  return left.length === 0 ? rule : { ...rule, variables: Object.fromEntries(left) };
}

/** Regular expressions in place of the file's variables that hold them, so that the conditions can be decided without the file. */
function withPatterns(rules: YamlValue[], variables: Record<string, string>): YamlValue[] {
  const patternIn = (name: string) => /^\/.+\/[a-z]*$/.exec(ownValue(variables, name) ?? '')?.[0];
  return rules.map((rule) => {
    if (!isYamlTable(rule) || typeof rule.if !== 'string') return rule;
    const spelt = rule.if.replace(
      /([=!]~\s*)\$(?:\{(\w+)\}|(\w+))/g,
      (all, sign, braced, plain) => `${sign}${patternIn(braced ?? plain) ?? all.slice(sign.length)}`,
    );
    return { ...rule, if: spelt };
  });
}

/** Whatever someone had to start by hand on other occasions is not to start by itself on the usual one. */
function byHand(rules: YamlValue[]): YamlTable {
  const running = rules.filter((rule) => isYamlTable(rule)).filter((rule) => rule.when !== 'never');
  const [first] = running;
  if (first === undefined || running.some((rule) => rule.when !== 'manual')) return {};
  const { when = null, allow_failure } = first;
  return { when, ...(allow_failure === undefined ? {} : { allow_failure }) };
}

/** What a job without conditions comes down to for an index: tags and, scheduled or pushed, the default branch. */
const anywhere: { occasion: Occasion; rule: YamlTable }[] = [
  { occasion: 'version-tag', rule: tagRule },
  { occasion: 'default-branch', rule: { if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' } },
];

const wanted: Record<IndexId, Occasion[]> = {
  pypi: ['version-tag', 'pre-release-tag'],
  testpypi: ['version-tag', 'pre-release-tag', 'default-branch', 'schedule'],
};

/** A rule that can apply on one of the index's occasions; one for PyPI that would also admit branches is narrowed. */
function keptOf(rule: YamlValue, all: YamlValue[], id: IndexId, project: ProjectFacts): YamlTable[] {
  if (!isYamlTable(rule) || rule['!reference'] !== undefined || isGuard(rule)) return [];
  // `when: always` would upload although the check before failed.
  const { if: condition, ...rest } = rule.when === 'always' ? without(rule, 'when') : rule;
  const open = { ...(condition === undefined ? {} : { if: condition }) };
  const may = (occasion: Occasion) => letsThrough([open], occasion, project) !== false;
  const isForTag = typeof condition === 'string' && isForSomeTag(condition, project);
  if (!isForTag && !wanted[id].some(may)) return [];
  const isRest = condition === undefined && rest.changes === undefined && rest.exists === undefined;
  if (rest.when === 'never') return isRest ? [] : [rule];
  if (typeof condition !== 'string') {
    const reached = ({ occasion }: (typeof anywhere)[number]) =>
      letsThrough(all, occasion, project) !== false;
    const open = id === 'pypi' ? anywhere.slice(0, 1) : anywhere.filter(reached);
    return open.map(({ rule }) => ({ ...rule, ...rest }));
  }
  if (id === 'testpypi' || !may('default-branch')) return [{ if: condition, ...rest }];
  const inner = /\|\|/.test(condition.replace(/\([^()]*\)/g, '')) ? `(${condition})` : condition;
  return [{ if: `${String(tagRule.if)} && ${inner}`, ...rest }];
}

const without = (rule: YamlTable, left: string): YamlTable =>
  Object.fromEntries(Object.entries(rule).filter(([key]) => key !== left));

const isGuard = (rule: YamlTable) =>
  rule.when === 'never' && /CI_COMMIT_REF_PROTECTED.*CI_PROJECT_PATH/.test(String(rule.if));

/** Whether `workflow:rules` create pipelines for tags; else a pattern of a job is for branches. */
function createsTagPipelines(data: YamlTable, project: ProjectFacts): boolean {
  const rules = valueAt(data, ['workflow', 'rules']);
  return !Array.isArray(rules) || areForTags(resolveRules(rules, data), project);
}

/** `only` and `except` as rules, as far as they can be expressed; none of a job that has neither. */
export const oldAsRules = (job: YamlTable, data: YamlTable, project: ProjectFacts): YamlTable[] =>
  rulesFromOld(job, createsTagPipelines(data, project));

function rulesFromOld({ only, except }: YamlTable, hasTags: boolean): YamlTable[] {
  const wanted = oldConditions(only);
  const unwanted = oldConditions(except);
  const never = [...(unwanted?.refs.map(expressionOfRef) ?? []), ...(unwanted?.variables ?? [])].map(
    (expression): YamlTable => ({ if: tidy(expression), when: 'never' }),
  );
  const variables = wanted?.variables.map((it) => (/\|\|/.test(it) ? `(${it})` : it)).join(' || ');
  const also = variables ? ` && ${(wanted?.variables.length ?? 0) > 1 ? `(${variables})` : variables}` : '';
  const changes: YamlTable = isYamlTable(only) && only.changes !== undefined ? { changes: only.changes } : {};
  // With variables or `except` alone, a job runs for all refs.
  const isOpen = wanted === undefined ? unwanted !== undefined : wanted.refs.length === 0;
  const named = (wanted?.refs ?? []).filter((ref) => hasTags || !isNameOfRef(ref));
  const refs = isOpen ? [''] : named.map(expressionOfRef);
  const runs = refs.map((ref): YamlTable => {
    const condition = `${tidy(ref)}${also}`.replace(/^ && /, '');
    return { ...(condition === '' ? {} : { if: condition }), ...changes };
  });
  return [...never, ...runs];
}

/** Matches tags as tags, so that a branch with a similar name is not meant. */
function tidy(expression: string): string {
  return expression.replace(/^\$CI_COMMIT_REF_NAME =~/, '$CI_COMMIT_TAG =~');
}
