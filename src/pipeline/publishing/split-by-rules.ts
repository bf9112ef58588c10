import { isDeepStrictEqual } from 'node:util';
import { isCredentialName } from '../../indexes/upload-variables.ts';
import { UnsafeEdit } from '../../text/result.ts';
import type { YamlTable } from '../../text/yaml/document.ts';
import { isRedirecting } from '../globals.ts';
import { casesOf, conditionOf, type JobCase, ruleOccasions } from '../model/job-cases.ts';
import { ownUploads } from '../model/own-uploads.ts';
import type { PipelineGoal } from '../pipeline-goal.ts';
import { jobValue } from '../recognise/jobs.ts';
import { eachRunsOn } from '../recognise/rules.ts';
import { variablesRead } from '../recognise/shell.ts';
import { placeOf } from '../roles.ts';
import { oldAsRules } from './conditions.ts';
import { buildingOf, type ScriptStep, setsUp, stepsIn } from './script-plan.ts';

/** A case in which a job runs or not, and where it uploads to in it. */
export interface PlacedCase extends JobCase {
  /** Joined by `+`; undefined where it does not run, or does nothing of its own. */
  places: string | undefined;
  steps: ScriptStep[];
}

/** Where a job uploads to in each of its cases. */
export function placedCases(name: string, data: YamlTable, goal: PipelineGoal): PlacedCase[] {
  const written = jobValue(data, name);
  const old = written.rules === undefined ? oldAsRules(written, data, goal) : [];
  const job = old.length > 0 ? { ...written, rules: old } : written;
  return casesOf(job, data, goal).map((it): PlacedCase => {
    const value = it.script === undefined ? job : { ...job, script: it.script };
    const found = ownUploads({ name, value }, data, goal.indexes, it.variables);
    const places = [...new Set(found.map(({ target }) => placeOf(target)))].sort().join('+');
    const steps = (['before_script', 'script'] as const).flatMap((key) => stepsIn(name, value, key).flat());
    const isIdle = it.own.when === 'never' || (places === '' && !steps.some(isOwn));
    return { ...it, steps, places: isIdle ? undefined : places };
  });
}

/** Whether a step does more than prepare. */
const isOwn = ({ kind, text }: ScriptStep) => kind === 'build' || (kind === 'other' && !setsUp(text));

/**
 * The script of a job without its uploads to indexes, if these are all that distinguishes its cases and nothing comes after
 * them: then it goes on as it is.
 */
export function scriptWithoutUploads(cases: PlacedCase[], { indexes }: PipelineGoal): string[] | undefined {
  const plain = cases.find(({ places }) => places === '');
  const textsOf = (steps: ScriptStep[]) => steps.map(({ text }) => text);
  const isAlike = ({ own, steps, places }: PlacedCase) => {
    if (own.when === 'never' || places === '')
      return own.when === 'never' || isDeepStrictEqual(steps, plain?.steps);
    const at = steps.findIndex(({ kind }) => kind === 'upload');
    const rest = steps.filter(({ kind }) => kind !== 'upload');
    const isSame = isDeepStrictEqual(textsOf(rest), textsOf(plain?.steps ?? []));
    return isSame && !steps.slice(at).some(isOwn) && indexes.some(({ id }) => id === places);
  };
  return cases.every(isAlike) ? plain?.script : undefined;
}

/**
 * The names of the variables that have to be fixed in a job that runs in some of the cases alone: those of its rules, and
 * those that its uploads read. Throws `UnsafeEdit` if its build depends on them too, since all indexes get one build.
 */
export function variablesToFix(name: string, cases: PlacedCase[]): string[] {
  const running = cases.filter(({ places }) => places !== undefined);
  const building = running.flatMap(({ steps }) => buildingOf(steps));
  const readBy = (some: ScriptStep[]) => variablesRead(some.map(({ text }) => text).join('\n'));
  const built = readBy(building.filter(({ kind }) => kind !== 'credential'));
  const isBuilding = ({ kind, text }: ScriptStep) =>
    kind !== 'credential' && building.some((it) => it.text === text);
  const used = readBy(running.flatMap(({ steps }) => steps.filter((step) => !isBuilding(step))));
  const keys = new Set(running.flatMap(({ variables }) => Object.keys(variables)));
  return [...keys].filter((key) => {
    const isOfUpload = isRedirecting(key) || isCredentialName(key) || used.includes(key);
    if (!isOfUpload && running.every(({ ofRule }) => !Object.hasOwn(ofRule, key))) return false;
    const differs = running.some(({ variables }) => variables[key] !== running[0]?.variables[key]);
    if (differs && building.length > 0 && (built.includes(key) || !isOfUpload))
      throw new UnsafeEdit(
        `the job '${name}' builds what it uploads, and rules set '${key}' for that: first build in a job of its own`,
      );
    return true;
  });
}

/** The rules for a job that runs in some of the cases alone, and those of the variables that are the same in all of these. */
export function rulesForSome(
  cases: PlacedCase[],
  isMeant: (places: string) => boolean,
  fixed: string[],
  goal: PipelineGoal,
): { rules: YamlTable[]; variables: YamlTable; script: string[] | undefined } {
  const isIn = ({ places }: PlacedCase) => places !== undefined && isMeant(places);
  const meant = cases.filter(isIn);
  const [script, other] = new Map(meant.map((it) => [JSON.stringify(it.script), it.script])).values();
  if (other !== undefined)
    throw new UnsafeEdit('a script takes several ways to the same index: first let rules decide about them');
  const [first, ...others] = meant.map((it) => it.variables);
  const variables = Object.fromEntries(
    Object.entries(first ?? {}).filter(
      ([key, text]) => fixed.includes(key) && others.every((it) => it[key] === text),
    ),
  );
  const rules: YamlTable[] = [];
  for (const [at, it] of [...cases.entries()].toReversed()) {
    const alike = cases.filter(({ own }) => own === it.own);
    const isWhole = alike.every((one) => isIn(one) === isIn(it));
    if (isWhole && cases[at + 1]?.own === it.own) continue;
    const rule = isWhole ? it.own : it.rule;
    const set = Object.entries(it.ofRule).filter(([key]) => !Object.hasOwn(variables, key));
    if (it.own.when === 'never') rules.unshift(it.own);
    else if (isIn(it))
      rules.unshift({ ...rule, ...(set.length > 0 ? { variables: Object.fromEntries(set) } : {}) });
    else rules.unshift(...neverBefore(rules, rule, goal));
  }
  return { rules, variables, script };
}

/** Keeps a job from a case of others, where one of its own rules would apply as well. */
function neverBefore(rules: YamlTable[], rule: YamlTable, goal: PipelineGoal): YamlTable[] {
  const never = { ...conditionOf(rule), when: 'never' };
  const on = (all: YamlTable[]) => ruleOccasions.map((it) => eachRunsOn({ rules: all }, it, goal));
  return isDeepStrictEqual(on([never, ...rules]), on(rules)) ? [] : [never];
}
