import type { GitLabFacts } from '../facts/gitlab-project.ts';
import { accessLevels } from '../kernel/access-level.ts';
import { known } from '../kernel/known.ts';
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
  /** Deploy keys that the rule names; who holds them is unknown, and their pushes run pipelines too. */
  keys: string[];
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
 * Maintainers and to the groups and deploy keys that are in these rules, while merge rights and other branches stay as
 * they are.
 */
export function refsLeftOpen(facts: RefFacts, people: People): OpenRef[] {
  const tags = facts.protectedTags.known ? facts.protectedTags.value : [];
  const kept = tags.map((rule) => ({ ...rule, createAccessLevels: rule.createAccessLevels.filter(isKept) }));
  return [
    ...branchesOf(facts, people, (name) => name === facts.project.defaultBranch),
    ...tagsOf({ protectedTags: known(kept) }, people),
  ];
}

/** Setup closes rules to roles and users below Maintainer alone. */
const isKept = ({ groupId, deployKeyId }: AccessRule) => groupId !== undefined || deployKeyId !== undefined;

/** Those that people may reach, and not only a deploy key, which only a Maintainer can add. */
export function openToPeople(refs: OpenRef[]): OpenRef[] {
  return refs.filter(({ who, groups }) => who.length + groups.length > 0);
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
    const pushRows =
      isClosedToPushes(rule.name) && !rule.inherited
        ? rule.pushAccessLevels.filter(isKept)
        : rule.pushAccessLevels;
    const [push, merge] = [letIn(pushRows, people), letIn(rule.mergeAccessLevels, people)];
    const who = [...new Set([...push.who, ...merge.who])];
    const groups = [...new Set([...push.groups, ...merge.groups])];
    const keys = [...new Set([...push.keys, ...merge.keys])];
    if (isEmpty({ who, groups, keys })) return [];
    const by = isEmpty(merge) ? 'push' : isEmpty(push) ? 'merge' : 'push or merge';
    return [{ name: rule.name, by, who, groups, keys }];
  });
}

function tagsOf({ protectedTags: tags }: Pick<RefFacts, 'protectedTags'>, people: People): OpenRef[] {
  return (tags.known ? tags.value : []).flatMap(({ name, createAccessLevels }): OpenRef[] => {
    const found = letIn(createAccessLevels, people);
    return isEmpty(found) ? [] : [{ name, by: 'tag', ...found }];
  });
}

type LetIn = Pick<OpenRef, 'who' | 'groups' | 'keys'>;

const isEmpty = ({ who, groups, keys }: LetIn) => who.length + groups.length + keys.length === 0;

function letIn(rows: AccessRule[], { developers, bots }: People): LetIn {
  const below = [...developers, ...bots.filter(({ accessLevel }) => accessLevel < accessLevels.maintainer)];
  return {
    who: below.filter((member) => rows.some((row) => letsIn(row, member))),
    groups: groupsIn(rows),
    keys: keysIn(rows),
  };
}

/** The groups in a rule, whose members are not read: 'the group Writers'. */
export function groupsIn(rows: AccessRule[]): string[] {
  return rows.flatMap(({ groupId, description }) =>
    groupId === undefined ? [] : [`the group ${description ?? groupId}`],
  );
}

/** The deploy keys in a rule: 'whoever has the deploy key CI'. */
export function keysIn(rows: AccessRule[]): string[] {
  return rows.flatMap(({ deployKeyId, description }) =>
    deployKeyId === undefined ? [] : [`whoever has the deploy key ${description ?? deployKeyId}`],
  );
}
