import type { ChoiceName } from '../cli/options.ts';
import { protectedAs } from '../facts/gitlab-project.ts';
import type { Facts } from '../facts/index.ts';
import { UserError } from '../kernel/errors.ts';
import { routes } from '../kernel/route.ts';
import { isDeclared, type Sourced } from '../kernel/source.ts';
import { approvalOf, membersOf, sameWho, type Who, whoOf } from '../people/who.ts';
import { declaredNames, sameChoice } from '../python/declaration.ts';
import { declarationOf } from './declared.ts';
import { decide, type Goal } from './index.ts';

/** The choices that a project may declare and GitLab or the pipeline may contradict; `approver` stands for approvals too. */
type Comparable = Extract<
  ChoiceName,
  | 'route'
  | 'deployer'
  | 'approver'
  | 'selfApproval'
  | 'releaseEnvironment'
  | 'testpypi'
  | 'testEnvironment'
  | 'publishWith'
  | 'attest'
>;

const sourcedIn: Record<Comparable, (goal: Goal) => Sourced<unknown>> = {
  route: ({ route }) => route,
  deployer: ({ deployers }) => deployers,
  approver: ({ approvals }) => approvals,
  selfApproval: ({ selfApproval }) => selfApproval,
  releaseEnvironment: ({ releaseEnvironment }) => releaseEnvironment,
  testpypi: ({ testpypi }) => testpypi,
  testEnvironment: ({ testEnvironment }) => testEnvironment,
  publishWith: ({ publishWith }) => publishWith,
  attest: ({ attest }) => attest,
};

const comparable = declaredNames.filter((name): name is Comparable => Object.hasOwn(sourcedIn, name));

/** What GitLab and the pipeline have now, and which declared choices that contradicts. */
export interface Deviations {
  /** What must hold if nothing were declared. */
  found: Goal;
  names: Comparable[];
  /** Those of the names by which the declaration protects less than GitLab does now. */
  loosening: Comparable[];
}

/** Undefined if nothing contradicts what is declared. */
export function deviationsFrom(facts: Facts, goal: Goal): Deviations | undefined {
  const found = goalAsFound(facts);
  if (found === undefined) return undefined;
  const declared = comparable.filter((name) => isDeclared(sourcedIn[name](goal)));
  const loosening = declared.filter((name) => isLoosening[name]?.(facts, goal, found));
  const names = declared.filter((name) => loosening.includes(name) || contradicts(name, goal, found));
  return names.length === 0 ? undefined : { found, names, loosening };
}

/** Undefined where what is there can be no goal, such as one environment for both indexes. */
function goalAsFound(facts: Facts): Goal | undefined {
  try {
    return decide(facts, { adopted: [...declaredNames] });
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function contradicts(name: Comparable, goal: Goal, found: Goal): boolean {
  if (!isThere(sourcedIn[name](found))) return false;
  const [wanted, now] = [declarationOf(goal), declarationOf(found)];
  const keys = name === 'approver' ? (['approver', 'approvals'] as const) : [name];
  return keys.some((key) => now[key] !== undefined && !sameChoice(wanted[key], now[key]));
}

/** Read from GitLab or the pipeline, and no default of ours. */
const isThere = ({ source: { by } }: Sourced<unknown>) => by === 'gitlab' || by === 'file';

type IsLoosening = (facts: Facts, goal: Goal, found: Goal) => boolean;

/** Whether a declared choice protects less than what GitLab has now. */
const isLoosening: Partial<Record<Comparable, IsLoosening>> = {
  route: routeLoosens,
  releaseEnvironment: environmentLoosens,
  deployer: deployersLoosen,
  approver: approvalsLoosen,
  // Without attestations nobody sees any more where a release was built.
  attest: (_, goal, found) => isThere(found.attest) && found.attest.value && !goal.attest.value,
  selfApproval: ({ gitlab }, { route, selfApproval }) =>
    route.value === 'protected' && selfApproval.value && gitlab.project.triggererMayApprove !== true,
};

/** A protection that stands on GitLab counts, whatever environment the pipeline names. */
function routeLoosens({ gitlab }: Facts, { route, releaseEnvironment }: Goal, found: Goal): boolean {
  const isProtected = protectedAs(gitlab, releaseEnvironment.value) !== undefined;
  const now = isProtected && found.route.value === 'trusted' ? 'protected' : found.route.value;
  return isThere(found.route) && routes.indexOf(route.value) > routes.indexOf(now);
}

/** Another environment than the package has now, unless it is there already and protected as well. */
function environmentLoosens({ gitlab, python, indexes }: Facts, goal: Goal, found: Goal): boolean {
  const name = goal.releaseEnvironment.value;
  const page = `${indexes.pypi.url}/project/${python.packageName.value}`;
  const existing = gitlab.environments.known ? gitlab.environments.value : [];
  const others = existing.filter(
    (it) =>
      it.name !== name &&
      (it.name === found.releaseEnvironment.value || it.externalUrl?.replace(/\/+$/, '') === page),
  );
  const isProtected = (it: string) => protectedAs(gitlab, it) !== undefined;
  const isAsGood =
    existing.some((it) => it.name === name) &&
    (isProtected(name) || !others.some((it) => isProtected(it.name)));
  return others.length > 0 && !isAsGood;
}

/** Somebody may deploy who may not now; where nothing is protected yet, anybody may. */
function deployersLoosen(facts: Facts, goal: Goal): boolean {
  const now = protectionOf(facts, goal)?.deployAccessLevels.map((row) => whoOf(row, facts.gitlab));
  return now !== undefined && goal.deployers.value.some((who) => !now.some((it) => includes(it, who, facts)));
}

/** An approval rule goes, or asks for fewer approvals; all rules must be met, so that one more is no loss. */
function approvalsLoosen(facts: Facts, goal: Goal): boolean {
  const now = protectionOf(facts, goal)?.approvalRules.map((row) => approvalOf(row, facts.gitlab)) ?? [];
  return now.some(
    ({ who, required }) =>
      !goal.approvals.value.some((it) => sameWho(it.who.rule, who.rule) && it.required >= required),
  );
}

const protectionOf = ({ gitlab }: Facts, { route, releaseEnvironment }: Goal) =>
  route.value === 'protected' ? protectedAs(gitlab, releaseEnvironment.value) : undefined;

/** Whether everybody whom one stands for is among those of another. */
function includes(whole: Who, part: Who, { gitlab: { members } }: Facts): boolean {
  if (sameWho(whole.rule, part.rule)) return true;
  const { accessLevel } = part.rule;
  if (whole.rule.accessLevel === undefined) return false;
  if (accessLevel !== undefined) return accessLevel >= whole.rule.accessLevel;
  const [one, ...others] = members.known ? (membersOf(part, members.value) ?? []) : [];
  return one !== undefined && others.length === 0 && one.accessLevel >= whole.rule.accessLevel;
}
