import { inDirectory } from '../facts/checkout.ts';
import type { GitLabFacts } from '../facts/gitlab-project.ts';
import type { Facts } from '../facts/index.ts';
import { type IndexFacts, refusesUploads } from '../facts/package-index.ts';
import { roleOf } from '../facts/role.ts';
import { roleName } from '../kernel/access-level.ts';
import type { Known } from '../kernel/known.ts';
import { type Sourced, sourceText } from '../kernel/source.ts';
import { type People, peopleOf } from '../people/index.ts';
import type { Server, TokenInfo } from '../ports/gitlab.ts';
import { type SourcedRow, sourcedTable } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';

/** What was found, a line for each value with where it was read. */
export function factsView(facts: Facts, screen: Screen): string[] {
  const indexes = Object.values(facts.indexes).map(indexRow);
  return sourcedTable([...gitlabRows(facts), ...pythonRows(facts), ...indexes], screen);
}

function gitlabRows({ gitlab, checkout, pipeline }: Facts): SourcedRow[] {
  const { project } = gitlab;
  const source = 'GitLab';
  return [
    ['GitLab', gitlab.url.value, sourceText(gitlab.url.source)],
    ...(gitlab.server.known
      ? [['GitLab version', serverText(gitlab.server.value), source] as SourcedRow]
      : []),
    ['Project', `${project.path} (${project.visibility})`, sourceText(checkout.projectPath.source)],
    ['Signed in', signedIn(gitlab), source],
    [
      'Token',
      gitlab.token.known ? tokenWords(gitlab.token.value) : 'could not be read',
      sourceText(gitlab.tokenSource),
    ],
    ['Default branch', project.defaultBranch ?? '', source],
    [
      'Environments',
      project.protectedEnvironmentsLicensed ? 'can be protected' : 'cannot be protected',
      source,
    ],
    ['People', peopleText(peopleOf(gitlab), gitlab.members), source],
    [
      'Pipeline',
      pipeline.text === undefined ? `${pipeline.path.value} (none yet)` : pipeline.path.value,
      pipeline.path.source.by === 'gitlab' ? source : sourceText(pipeline.path.source),
    ],
  ];
}

function pythonRows({ python, checkout }: Facts): SourcedRow[] {
  const from = ({ source }: Sourced<string>) =>
    sourceText(
      source.by === 'file' ? { ...source, path: inDirectory(checkout.directory, source.path) } : source,
    );
  return [
    ['Package', python.packageName.value, from(python.packageName)],
    ['Build backend', python.buildBackend.value, from(python.buildBackend)],
    ['Version', python.version.value, from(python.version)],
  ];
}

function indexRow({ title, exists, status, ownership, url }: IndexFacts): SourcedRow {
  const owners = ownership.known ? ownership.value?.owners.join(', ') : undefined;
  const there = status === 'active' ? 'exists' : `exists, ${status}`;
  const closed = refusesUploads(status) ? ' (no uploads)' : '';
  const text = exists.known ? (exists.value ? there + closed : 'does not exist yet') : 'could not be read';
  return [
    title.replace(/ .*/, ''),
    owners ? `${text}, owned by ${owners}` : text,
    exists.known ? url : exists.reason,
  ];
}

function serverText({ version, enterprise }: Server): string {
  if (enterprise === undefined) return version;
  return `${version} (${enterprise ? 'Enterprise' : 'Community'} Edition)`;
}

function signedIn(gitlab: GitLabFacts): string {
  const role = roleOf(gitlab);
  const name = gitlab.user.known ? `@${gitlab.user.value.username}` : 'unknown user';
  return role === undefined ? name : `${name}, ${roleName(role)}`;
}

function peopleText(people: People | undefined, members: Known<unknown>): string {
  if (people === undefined) return members.known ? '' : 'could not be read';
  const { maintainers, developers, bots, inactive } = people;
  const word = (count: number, role: string) => `${count} ${role}${count === 1 ? '' : 's'}`;
  return [
    word(maintainers.length, 'Maintainer'),
    word(developers.length, 'Developer'),
    ...(bots.length > 0 ? [word(bots.length, 'access token')] : []),
    ...(inactive.length > 0 ? [`${inactive.length} blocked or expired`] : []),
  ].join(', ');
}

function tokenWords({ kind, scopes, expiresAt }: TokenInfo): string {
  const scope = scopes.length > 0 ? ` (${scopes.join(', ')})` : '';
  return `${kind.replace(' access token', '')}${scope}${expiresAt === undefined ? '' : `, until ${expiresAt}`}`;
}
