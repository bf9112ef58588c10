import { fieldsOf, valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { inheritsVariable } from '../globals.ts';
import { uploads } from '../recognise/commands.ts';
import { flat, type Job, resolveRules, scriptOf } from '../recognise/jobs.ts';
import { letsThrough, type Occasion, runsOn } from '../recognise/rules.ts';
import { type KnownIndex, officialIndexes } from '../recognise/uploads.ts';
import { commandsOfJob } from './commands.ts';
import { jobInEffect, scriptsOf } from './jobs.ts';
import { occasionIds, type ProjectFacts } from './occasions.ts';
import { publicationsOf, type Target } from './publications.ts';
import { textsOf } from './starts.ts';

/** An upload command in a job's own script. */
export interface OwnUpload {
  /** As written. */
  text: string;
  target: Target;
}

/**
 * The uploads in a job's own script, in order; nothing but the pipeline file is read. `variables` are those set by the
 * rules that let it run.
 */
export function ownUploads(
  { name, value }: Job,
  data: YamlTable,
  indexes: readonly KnownIndex[],
  variables: Record<string, string>,
): OwnUpload[] {
  if (!uploads(scriptOf(value))) return [];
  const job = jobInEffect(name, value, data, { kind: 'file' });
  const { commands } = commandsOfJob(scriptsOf(job));
  // An index that nothing is to be set up for may be uploaded to all the same.
  const others = officialIndexes.filter(({ id }) => indexes.every((it) => it.id !== id));
  const around = { indexes: [...indexes, ...others], readFile: () => undefined };
  const found = publicationsOf({ ...job, commands }, around, variables);
  return found.flatMap(({ command, target }) =>
    command !== undefined && uploads(command.text) ? [{ text: command.text, target }] : [],
  );
}

/** A case in which a job runs, and the variables that rules set in it. */
export interface RuleCase {
  /** The rule of the job that decides, without its variables. */
  own: YamlTable;
  /** Those variables. */
  ofRule: Record<string, string>;
  /** The same rule, together with the one of the pipeline. */
  rule: YamlTable;
  /** Set by either. */
  variables: Record<string, string>;
}

/** Those for branches and tags, and for tags that have any name. */
const rarely: Occasion[] = ['web', 'api', 'trigger', 'any-tag'];

/** The occasions on which rules may decide in one way or another. */
export const ruleOccasions: readonly Occasion[] = [...occasionIds, 'any-tag'];

/**
 * The cases in which a job runs, in order: the first that applies decides. Just one if no rules set variables; `project`
 * matters for the name of the default branch alone.
 */
export function ruleCases(
  job: YamlTable,
  data: YamlTable,
  project: ProjectFacts = { defaultBranch: 'main' },
): RuleCase[] {
  const pipeline = tables(resolveRules(flat(valueAt(data, ['workflow', 'rules'])), data));
  const rules = tables(flat(job.rules ?? [{}]));
  if ([...pipeline, ...rules].every(({ variables }) => variables === undefined))
    return [{ own: {}, ofRule: {}, rule: {}, variables: {} }];
  const fixed = textsOf(job.variables);
  return rules.flatMap(({ variables, ...own }): RuleCase[] => {
    const { only = null, except = null } = job;
    const itself = job.rules === undefined && (only ?? except) !== null ? { only, except } : { rules: [own] };
    const may = (it: Occasion) => runsOn(itself, it, project) !== false;
    // A rule for a branch is not meant for a tag with the name of that.
    const on = ruleOccasions.filter((it) => !rarely.includes(it) && may(it));
    if (on.length === 0) on.push(...rarely);
    const behind = pipeline.filter((it, at) => {
      const before = pipeline.slice(0, at).map((one) => ({ ...conditionOf(one), when: 'never' }));
      const reached = (one: Occasion) => letsThrough([...before, conditionOf(it)], one, project) !== false;
      return it.when !== 'never' && own.when !== 'never' && on.some(reached);
    });
    const isSure = (it: Occasion) => runsOn(itself, it, project) === true;
    // Where the pipeline's rule says more, the job's own condition says nothing new.
    const isMore = (it: YamlTable) =>
      it.if !== undefined &&
      ruleOccasions.every((one) => isSure(one) || letsThrough([conditionOf(it)], one, project) === false);
    return (behind.length > 0 ? behind : [{}]).map((it) => {
      const given = Object.entries(textsOf(it.variables)).filter(
        ([key]) => !Object.hasOwn(fixed, key) && inheritsVariable(job, key),
      );
      return {
        own,
        ofRule: textsOf(variables),
        rule: { ...conditionOf(it), ...own, ...(isMore(it) ? fieldsOf(it, ['if']) : both(own.if, it.if)) },
        variables: { ...Object.fromEntries(given), ...textsOf(variables) },
      };
    });
  });
}

const tables = (rules: YamlValue[]): YamlTable[] => rules.filter((rule) => isYamlTable(rule));

/** The condition of a rule, without what it leads to. */
export const conditionOf = (rule: YamlTable): YamlTable => fieldsOf(rule, ['if', 'changes', 'exists']);

function both(one: YamlValue | undefined, other: YamlValue | undefined): YamlTable {
  const conditions = [one, other].filter((it) => typeof it === 'string');
  if (conditions.length < 2) return {};
  return { if: conditions.map((it) => (it.includes('||') ? `(${it})` : it)).join(' && ') };
}
