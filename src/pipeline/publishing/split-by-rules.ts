import { isCredentialName } from '../../indexes/upload-variables.ts';
import { UnsafeEdit } from '../../text/result.ts';
import type { YamlTable } from '../../text/yaml/document.ts';
import { isRedirecting } from '../globals.ts';
import { conditionOf, ownUploads, type RuleCase, ruleCases, ruleOccasions } from '../model/own-uploads.ts';
import type { PipelineGoal } from '../pipeline-goal.ts';
import { jobValue } from '../recognise/jobs.ts';
import { letsThrough } from '../recognise/rules.ts';
import { variablesRead } from '../recognise/shell.ts';
import { placeOf } from '../roles.ts';
import { oldAsRules } from './conditions.ts';
import { buildingOf, type ScriptStep, stepsIn } from './script-plan.ts';

/** A case in which a job runs or not, and where it uploads to in it. */
export interface PlacedCase extends RuleCase {
  /** Joined by `+`; undefined where it does not run. */
  places: string | undefined;
}

/** Where a job uploads to in each of the cases that rules distinguish by variables. */
export function placedCases(name: string, data: YamlTable, goal: PipelineGoal): PlacedCase[] {
  const written = jobValue(data, name);
  const old = written.rules === undefined ? oldAsRules(written, data, goal) : [];
  const value = old.length > 0 ? { ...written, rules: old } : written;
  return ruleCases(value, data, goal).map((it): PlacedCase => {
    const found = ownUploads({ name, value }, data, goal.indexes, it.variables);
    const places = [...new Set(found.map(({ target }) => placeOf(target)))].sort().join('+');
    return { ...it, places: it.own.when === 'never' ? undefined : places };
  });
}

/**
 * The names of the variables that have to be fixed in a job that runs in some of the cases alone: those of its rules, and
 * those that its uploads read. Throws `UnsafeEdit` if its build depends on them too, since all indexes get one build.
 */
export function variablesToFix(name: string, value: YamlTable, cases: PlacedCase[]): string[] {
  const steps = (['before_script', 'script'] as const).flatMap((key) => stepsIn(name, value, key).flat());
  const building = buildingOf(steps);
  const readBy = (some: ScriptStep[]) => variablesRead(some.map(({ text }) => text).join('\n'));
  const built = readBy(building.filter(({ kind }) => kind !== 'credential'));
  const used = readBy(steps.filter((step) => step.kind === 'credential' || !building.includes(step)));
  const running = cases.filter(({ places }) => places !== undefined);
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
): { rules: YamlTable[]; variables: YamlTable } {
  const isIn = ({ places }: PlacedCase) => places !== undefined && isMeant(places);
  const [first, ...others] = cases.filter(isIn).map((it) => it.variables);
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
    if (it.places === undefined) rules.unshift(it.own);
    else if (isIn(it))
      rules.unshift({ ...rule, ...(set.length > 0 ? { variables: Object.fromEntries(set) } : {}) });
    else rules.splice(0, 0, ...neverBefore(rules, rule, goal));
  }
  return { rules, variables };
}

/** Keeps a job from a case of others, where one of its own rules would apply as well. */
function neverBefore(rules: YamlTable[], rule: YamlTable, goal: PipelineGoal): YamlTable[] {
  const never = { ...conditionOf(rule), when: 'never' };
  const decides = (it: (typeof ruleOccasions)[number]) =>
    letsThrough([never, ...rules], it, goal) !== letsThrough(rules, it, goal);
  return ruleOccasions.some(decides) ? [never] : [];
}
