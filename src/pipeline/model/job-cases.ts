import { fieldsOf, valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { inheritsVariable, isRedirecting } from '../globals.ts';
import { uploads } from '../recognise/commands.ts';
import { flat, lines, resolveRules, scriptOf } from '../recognise/jobs.ts';
import { eachRunsOn, letsThrough, type Occasion, runsOn } from '../recognise/rules.ts';
import { variablesRead } from '../recognise/shell.ts';
import { occasionIds, type ProjectFacts } from './occasions.ts';
import { expressionOfShell } from './shell-conditions.ts';
import { textsOf } from './starts.ts';
import { parseShell, type ShellNode, ShellSyntaxError } from './tokenize.ts';

/** A case in which a job runs, as rules and its script distinguish them where they decide about uploads. */
export interface JobCase {
  /** The rule of the job that decides, without its variables. */
  own: YamlTable;
  /** Those variables. */
  ofRule: Record<string, string>;
  /** The same rule, together with that of the pipeline and the condition in the script. */
  rule: YamlTable;
  /** Set by the rules of either. */
  variables: Record<string, string>;
  /** What the script does in this case; undefined if it does the same in all. */
  script: string[] | undefined;
}

/** What else distinguishes cases: a rule of the pipeline, or a way that the script takes. */
interface Choice {
  rule: YamlTable;
  variables: Record<string, string>;
  script?: string[];
}

/** Those for branches and tags, and for tags that have any name. */
const rarely: Occasion[] = ['web', 'api', 'trigger', 'any-tag'];

/** The occasions on which rules may decide in one way or another. */
export const ruleOccasions: readonly Occasion[] = [...occasionIds, 'any-tag'];

/**
 * The cases in which a job runs, in order: the first that applies decides. Just one if neither variables of rules nor its
 * script distinguish any; `project` matters for the name of the default branch alone.
 */
export function casesOf(
  job: YamlTable,
  data: YamlTable,
  project: ProjectFacts = { defaultBranch: 'main' },
): JobCase[] {
  const pipeline = tables(resolveRules(flat(valueAt(data, ['workflow', 'rules'])), data));
  const rules = tables(flat(job.rules ?? [{}]));
  const ways = waysOfScript(job);
  if (ways.length === 0 && [...pipeline, ...rules].every(({ variables }) => variables === undefined))
    return [{ own: {}, ofRule: {}, rule: {}, variables: {}, script: undefined }];
  const fixed = textsOf(job.variables);
  const ofPipeline = pipeline.map((rule): Choice => {
    const given = Object.entries(textsOf(rule.variables)).filter(
      ([key]) => !Object.hasOwn(fixed, key) && inheritsVariable(job, key),
    );
    return { rule, variables: Object.fromEntries(given) };
  });
  return rules.flatMap(({ variables, ...own }): JobCase[] => {
    const ofRule = textsOf(variables);
    const first: JobCase = { own, ofRule, rule: own, variables: ofRule, script: undefined };
    if (own.when === 'never') return [first];
    const { only = null, except = null } = job;
    const isOld = job.rules === undefined && (only ?? except) !== null;
    const both = distinguish(first, ofPipeline, project, isOld ? { only, except } : undefined);
    return both.flatMap((it) => distinguish(it, ways, project));
  });
}

/** A case with each of the choices that there may be in it. */
function distinguish(
  whole: JobCase,
  choices: Choice[],
  project: ProjectFacts,
  job: YamlTable = { rules: [whole.rule] },
): JobCase[] {
  const may = (it: Occasion) => runsOn(job, it, project) !== false;
  // A rule for a branch is not meant for a tag with the name of that.
  const usual = ruleOccasions.filter((it) => !rarely.includes(it) && may(it));
  const on = usual.length > 0 ? usual : rarely;
  const found = choices.flatMap(
    ({ rule: { when, ...rule }, variables, script = whole.script }, at): JobCase[] => {
      const before = choices.slice(0, at).map((it) => ({ ...conditionOf(it.rule), when: 'never' }));
      const reached = (it: Occasion) => letsThrough([...before, conditionOf(rule)], it, project) !== false;
      if (when === 'never' || !on.some(reached)) return [];
      const alone = (it: Occasion) => eachRunsOn({ rules: [conditionOf(rule)] }, it, project);
      const isSaid = (it: Occasion) => {
        const verdicts = eachRunsOn(job, it, project);
        return alone(it).every((verdict, way) => verdict === false || verdicts[way] === true);
      };
      const saysMore = rule.if !== undefined && ruleOccasions.every(isSaid);
      const condition = saysMore ? fieldsOf(rule, ['if']) : both(whole.rule.if, rule.if);
      return [
        {
          ...whole,
          rule: { ...conditionOf(rule), ...whole.rule, ...condition },
          variables: { ...variables, ...whole.variables },
          script,
        },
      ];
    },
  );
  return found.length > 0 ? found : [whole];
}

/** The ways that a script takes where an `if` or `case` about the pipeline decides about its uploads; else none. */
function waysOfScript(job: YamlTable): Choice[] {
  const script = lines(job.script);
  if (!/^[ \t]*(?:if|case)\s/m.test(script.join('\n')) || !uploads(scriptOf(job))) return [];
  const read = variablesRead(script.join('\n').split('\n').filter(uploads).join('\n'));
  const decides = ({ text }: ShellNode) => {
    const [, set = ''] = /^(?:export[ \t]+)?(\w+)=/.exec(text) ?? [];
    return uploads(text) || ends.test(text) || read.includes(set) || isRedirecting(set);
  };
  const found = script.flatMap((item, at) => {
    const nodes = nodesIn(item);
    const place = nodes.findIndex((it) => branchesOf(it).some(({ body }) => body.some(decides)));
    return place < 0 ? [] : [{ at, nodes, place }];
  });
  const [only, second] = found;
  if (only === undefined || second !== undefined) return [];
  const { at, nodes, place } = only;
  const branches = branchesOf(nodes[place] as ShellNode);
  const texts = (some: readonly ShellNode[]) => some.map(({ text }) => text);
  const ways = branches.map(({ condition, body }): Choice | undefined => {
    const expression = condition && expressionOfShell(condition);
    if (condition !== undefined && expression === undefined) return undefined;
    return {
      rule: expression ? { if: expression } : {},
      variables: {},
      script: [
        ...script.slice(0, at),
        ...texts(nodes.slice(0, place)),
        ...texts(body).filter((text) => !ends.test(text)),
        ...(body.some(({ text }) => ends.test(text))
          ? []
          : [...texts(nodes.slice(place + 1)), ...script.slice(at + 1)]),
      ],
    };
  });
  return ways.every((it) => it !== undefined) ? ways : [];
}

/** Ends a script well. */
const ends = /^exit(?:[ \t]+0)?$/;

/** The branches of an `if` or `case` with their conditions, and what runs otherwise without one. */
function branchesOf(node: ShellNode): { condition: string | undefined; body: ShellNode[] }[] {
  if (node.kind !== 'if' && node.kind !== 'case') return [];
  const branches = node.branches.map(({ text, body }) => ({ condition: text, body }));
  return [...branches, { condition: undefined, body: node.kind === 'if' ? node.otherwise : [] }];
}

function nodesIn(item: string): ShellNode[] {
  try {
    return parseShell(item);
  } catch (error) {
    if (error instanceof ShellSyntaxError) return [];
    throw error;
  }
}

const tables = (rules: YamlValue[]): YamlTable[] => rules.filter((rule) => isYamlTable(rule));

/** The condition of a rule, without what it leads to. */
export const conditionOf = (rule: YamlTable): YamlTable => fieldsOf(rule, ['if', 'changes', 'exists']);

function both(one: YamlValue | undefined, other: YamlValue | undefined): YamlTable {
  const conditions = [one, other].filter((it) => typeof it === 'string');
  if (conditions.length < 2) return {};
  return { if: conditions.map((it) => (it.includes('||') ? `(${it})` : it)).join(' && ') };
}
