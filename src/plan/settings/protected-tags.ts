import type { AccessRule, Member, ProtectedTag } from '../../ports/gitlab.ts';
import { compare } from '../difference.ts';
import { type Finding, fixable, ok, unreadable } from '../finding.ts';
import { isLoose, maintainersOnly, rowLabels, unknownPeopleNote } from './access-rows.ts';
import { replaceRule } from './replace-rule.ts';
import { rereading, type Setting, type Situation, type Step } from './setting.ts';

const everyTag = '*';

/** Only Maintainers create tags, since each tag is a release: https://docs.gitlab.com/api/protected_tags/ */
export const protectedTags: Setting = {
  id: 'protected-tags',
  kind: 'protected-tags',
  title: 'Protection of all tags',
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
  return fixable(
    tags.value.some(({ name }) => name === everyTag) ? 'different' : 'missing',
    changed.map(sentence).join(' '),
    {
      manual,
      steps: changed.map((rule) => stepFor(project.id, rule)),
      differences: compared.flatMap(({ differences }) => differences),
      notes,
    },
  );
}

function compareRule({ name, current, rows }: WantedRule) {
  return compare([[{ of: 'tags', pattern: name }, current && { rows: current }, { rows }]]);
}

/** Why a rule is to change. Of several rules that fit a tag the most permissive is taken to count, as for branches. */
function sentence({ name, current }: WantedRule): string {
  if (current === undefined) return 'Not all tags are protected, so every Developer can create one.';
  const who = rowLabels(current);
  if (name === everyTag && current.every(({ accessLevel }) => accessLevel === 0))
    return 'Nobody can create a tag, and so nobody can release.';
  return name === everyTag
    ? `People below Maintainer can create tags (${who}).`
    : `The rule for the tags ${name} is a hole in that for all tags: it lets in ${who}.`;
}

interface WantedRule {
  name: string;
  current: AccessRule[] | undefined;
  rows: AccessRule[];
}

/** The rule for `*` first, then each looser one, with the rows that are to be there. */
function wantedRules(tags: ProtectedTag[], members: Member[]): WantedRule[] {
  const every = tags.find(({ name }) => name === everyTag);
  const others = tags.filter(({ name }) => name !== everyTag);
  return [
    {
      name: everyTag,
      current: every?.createAccessLevels,
      rows: tighten(every?.createAccessLevels ?? [], members, true),
    },
    ...others.map(({ name, createAccessLevels }) => ({
      name,
      current: createAccessLevels,
      rows: tighten(createAccessLevels, members, false),
    })),
  ];
}

/** Without what is looser than Maintainer; `*` itself must let somebody create a tag, a narrower rule need not. */
function tighten(rows: AccessRule[], members: Member[], mustAllow: boolean): AccessRule[] {
  const kept = rows.filter((row) => !isLoose(row, members));
  const allows = kept.some((row) => row.accessLevel !== 0);
  if (kept.length > 0 && (allows || !mustAllow)) return kept;
  return maintainersOnly;
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
