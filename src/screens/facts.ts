import { inDirectory } from '../facts/checkout.ts';
import type { GitLabFacts } from '../facts/gitlab-project.ts';
import type { Facts } from '../facts/index.ts';
import { type IndexFacts, refusesUploads } from '../facts/package-index.ts';
import { roleOf } from '../facts/role.ts';
import { roleName } from '../kernel/access-level.ts';
import { type Sourced, sourceText } from '../kernel/source.ts';
import { type People, peopleOf } from '../people/index.ts';
import type { Server, TokenInfo } from '../ports/gitlab.ts';
import { type SourcedRow, sourcedTable } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';

/** What was found, one value per line, with its source. */
export function factsView(facts: Facts, screen: Screen): string[] {
  const indexes = Object.values(facts.indexes).map(indexRow);
  return sourcedTable([...gitlabRows(facts), ...pythonRows(facts), ...indexes], screen);
}

function gitlabRows({ gitlab, checkout, pipeline }: Facts): SourcedRow[] {
  const { project } = gitlab;
  const source = 'GitLab';
  return [
    ['GitLab', gitlab.url.value, sourceText(gitlab.url.source)],
    gitlab.server.known
      ? ['GitLab version', serverText(gitlab.server.value), source]
      : ['GitLab version', 'could not be read', why(gitlab.server.reason)],
    ['Project', `${project.path} (${project.visibility})`, sourceText(checkout.projectPath.source)],
    signedIn(gitlab),
    gitlab.token.known
      ? ['Token', tokenWords(gitlab.token.value), sourceText(gitlab.tokenSource)]
      : ['Token', `from ${sourceText(gitlab.tokenSource)}; could not be read`, why(gitlab.token.reason)],
    ['Default branch', project.defaultBranch ?? '', source],
    [
      'Environments',
      project.protectedEnvironmentsLicensed ? 'can be protected' : 'cannot be protected',
      source,
    ],
    gitlab.members.known
      ? ['People', peopleText(peopleOf(gitlab)), source]
      : ['People', 'could not be read', why(gitlab.members.reason)],
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

/** A cell is no sentence. */
const why = (reason: string) => reason.replace(/\.$/, '');

function signedIn(gitlab: GitLabFacts): SourcedRow {
  const role = roleOf(gitlab);
  const { user } = gitlab;
  const words = [user.known ? `@${user.value.username}` : undefined, role && roleName(role)].filter(Boolean);
  if (user.known) return ['Signed in', words.join(', '), 'GitLab'];
  const consequence = 'name unknown: the lock-out check counts nobody as you';
  return ['Signed in', [...words, consequence].join(', '), why(user.reason)];
}

function peopleText(people: People | undefined): string {
  if (people === undefined) return '';
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
