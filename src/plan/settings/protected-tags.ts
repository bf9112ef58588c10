import type { Facts } from '../../facts/index.ts';
import { accessLevels } from '../../kernel/access-level.ts';
import type { AccessRule, Member, ProtectedTag } from '../../ports/gitlab.ts';
import { compare } from '../difference.ts';
import { type Finding, fixable, ok, unfixable, unreadable } from '../finding.ts';
import {
  letsPeopleIn,
  maintainersOnly,
  rowLabels,
  rowsProblem,
  tighten,
  unknownPeopleNote,
} from './access-rows.ts';
import { lockOut } from './lock-out.ts';
import { byHand, lostRows, replaceRule } from './replace-rule.ts';
import { rereading, type Setting, type Situation, type Step } from './setting.ts';

const everyTag = '*';

/** Only Maintainers create tags, since each tag is a release: https://docs.gitlab.com/api/protected_tags/ */
export const protectedTags: Setting = {
  id: 'protected-tags',
  kind: 'protected-tags',
  title: 'Only Maintainers can create tags',
  dependsOn: [],
  inspect,
  reread: rereading('protectedTags', (gitlab, id) => gitlab.protectedTags(id)),
};

function inspect({ facts }: Situation): Finding {
  const { protectedTags: tags, project, members } = facts.gitlab;
  if (!tags.known) return unreadable('protected tags', tags.reason);
  const wanted = wantedRules(tags.value, members.known ? members.value : []);
  const manual = `Open ${project.webUrl}/-/settings/repository, section 'Protected tags', and let only Maintainers create '*'; lift no other pattern above that.`;
  const compared = wanted.map((rule) => ({ rule, differences: compareRule(rule) }));
  const changed = compared.flatMap(({ rule, differences }) => (differences.length > 0 ? [rule] : []));
  const notes = wanted.flatMap(({ name, rows }) => unknownPeopleNote(`The rule for the tags ${name}`, rows));
  if (changed.length === 0) return ok('Only Maintainers can create tags.', { notes });
  const obstacles = changed.flatMap((rule) => obstacleOf(rule, facts) ?? []);
  const message = changed.map(sentence).join(' ');
  const differences = compared.flatMap(({ differences: of }) => of);
  if (obstacles.length > 0)
    return unfixable('blocked', message, { manual: obstacles.join(' '), differences, notes });
  return fixable(tags.value.some(({ name }) => name === everyTag) ? 'different' : 'missing', message, {
    manual,
    steps: changed.map((rule) => stepFor(project.id, rule)),
    differences,
    notes,
    verify: (after) => verify(changed, after),
  });
}

/** Why a rule is not changed here, and what to do about it. */
function obstacleOf({ name, current, rows }: WantedRule, { gitlab }: Facts): string | undefined {
  const what = `The rule for the tags ${name}`;
  const page = `${gitlab.project.webUrl}/-/settings/repository, section 'Protected tags',`;
  const lost = current === undefined ? [] : lostRows([rows], gitlab);
  return lost.length > 0 ? byHand(what, rows, lost, page) : lockOut(what, current, rows, gitlab);
}

function verify(changed: WantedRule[], { facts }: Situation): string | undefined {
  const { protectedTags: tags } = facts.gitlab;
  if (!tags.known) return undefined;
  const problems = changed.map(({ name, rows }) => {
    const now = tags.value.find((it) => it.name === name);
    return rowsProblem(`The rule for the tags ${name}`, rows, now?.createAccessLevels);
  });
  return problems.filter((it) => it !== undefined).join(' ') || undefined;
}

function compareRule({ name, current, rows }: WantedRule) {
  return compare([[{ of: 'tags', pattern: name }, current && { rows: current }, { rows }]]);
}

/** Why a rule has to change. If several rules match a tag, we assume that the most permissive wins, as for branches. */
function sentence({ name, current }: WantedRule): string {
  if (current === undefined)
    return 'Tags are unprotected: anyone who can push can create one and so start a release.';
  const who = rowLabels(current);
  if (name === everyTag && current.every(({ accessLevel }) => accessLevel === accessLevels.none))
    return 'Nobody can create a tag, and so nobody can release.';
  return name === everyTag
    ? `People below Maintainer can create tags (${who}).`
    : `The rule for ${name} overrides the one for *: it still allows ${who}.`;
}

interface WantedRule {
  name: string;
  current: AccessRule[] | undefined;
  rows: AccessRule[];
}

/** The rule for `*` first, then each looser one, with their wanted rows. */
function wantedRules(tags: ProtectedTag[], members: Member[]): WantedRule[] {
  const every = tags.find(({ name }) => name === everyTag);
  const others = tags.filter(({ name }) => name !== everyTag);
  return [
    {
      name: everyTag,
      current: every?.createAccessLevels,
      rows: rowsFor(every?.createAccessLevels ?? [], members, true),
    },
    ...others.map(({ name, createAccessLevels }) => ({
      name,
      current: createAccessLevels,
      rows: rowsFor(createAccessLevels, members, false),
    })),
  ];
}

/** `*` must let someone create a tag; a narrower rule need not. */
function rowsFor(rows: AccessRule[], members: Member[], mustAllow: boolean): AccessRule[] {
  const tight = tighten(rows, members);
  const allows = tight.some((row) => letsPeopleIn(row) || row.deployKeyId !== undefined);
  return allows || !mustAllow ? tight : maintainersOnly;
}

function stepFor(projectId: number, { name, current, rows }: WantedRule): Step {
  if (current === undefined) {
    return {
      label: `protect the tags ${name}`,
      run: ({ gitlab }) => gitlab.protectTag(projectId, name, rows),
    };
  }
  return {
    label: `replace the protection of the tags ${name}`,
    run: ({ gitlab }) =>
      replaceRule({
        what: `The protection of the tags ${name}`,
        before: rowLabels(current),
        remove: () => gitlab.unprotectTag(projectId, name),
        create: () => gitlab.protectTag(projectId, name, rows),
        restore: () => gitlab.protectTag(projectId, name, current),
      }),
  };
}
