import type { GitLabFacts } from '../facts/gitlab-project.ts';
import { accessLevels } from '../kernel/access-level.ts';
import type { AccessRule, Member } from '../ports/gitlab.ts';
import { letsIn, type People } from './index.ts';

/** A protected branch, or a pattern of protected tags, on which someone below Maintainer can run a pipeline. */
export interface OpenRef {
  /** The name or pattern of the rule. */
  name: string;
  by: 'push' | 'merge' | 'push or merge' | 'tag';
  /** People and access tokens below Maintainer. */
  who: Member[];
  /** Groups that the rule names, in GitLab's words; their members are not read. */
  groups: string[];
}

type RefFacts = Pick<GitLabFacts, 'protectedBranches' | 'protectedTags' | 'project'>;

/**
 * Where people below Maintainer reach protected variables, which are passed to pipelines of every protected branch and
 * tag: https://docs.gitlab.com/ci/variables/#protect-a-cicd-variable
 */
export function openRefs(facts: RefFacts, people: People): OpenRef[] {
  return [...branchesOf(facts, people, () => false), ...tagsOf(facts, people)];
}

/**
 * Those that stay open after setup: creating tags and pushing to the default branch will then be limited to
 * Maintainers, while merge rights and other branches stay as they are.
 */
export function refsLeftOpen(facts: RefFacts, people: People): OpenRef[] {
  return branchesOf(facts, people, (name) => name === facts.project.defaultBranch);
}

/** Everyone below Maintainer who reaches one of them. */
export function reachersOf(refs: OpenRef[]): Member[] {
  return [...new Set(refs.flatMap(({ who }) => who))];
}

function branchesOf(
  { protectedBranches: branches }: RefFacts,
  people: People,
  isClosedToPushes: (name: string) => boolean,
): OpenRef[] {
  return (branches.known ? branches.value : []).flatMap((rule): OpenRef[] => {
    const pushRows = isClosedToPushes(rule.name) && !rule.inherited ? [] : rule.pushAccessLevels;
    const [push, merge] = [letIn(pushRows, people), letIn(rule.mergeAccessLevels, people)];
    const who = [...new Set([...push.who, ...merge.who])];
    const groups = [...new Set([...push.groups, ...merge.groups])];
    if (who.length + groups.length === 0) return [];
    const isEmpty = (one: typeof push) => one.who.length + one.groups.length === 0;
    const by = isEmpty(merge) ? 'push' : isEmpty(push) ? 'merge' : 'push or merge';
    return [{ name: rule.name, by, who, groups }];
  });
}

function tagsOf({ protectedTags: tags }: RefFacts, people: People): OpenRef[] {
  return (tags.known ? tags.value : []).flatMap(({ name, createAccessLevels }): OpenRef[] => {
    const { who, groups } = letIn(createAccessLevels, people);
    return who.length + groups.length === 0 ? [] : [{ name, by: 'tag', who, groups }];
  });
}

function letIn(rows: AccessRule[], { developers, bots }: People): Pick<OpenRef, 'who' | 'groups'> {
  const below = [...developers, ...bots.filter(({ accessLevel }) => accessLevel < accessLevels.maintainer)];
  return {
    who: below.filter((member) => rows.some((row) => letsIn(row, member))),
    groups: rows.flatMap(({ groupId, description }) =>
      groupId === undefined ? [] : [`the group ${description ?? groupId}`],
    ),
  };
}
