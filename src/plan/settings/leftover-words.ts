import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import type { Difference } from '../difference.ts';
import type { Holder, SettingVariable } from './beating.ts';
import type { FileVariable, JobBeside, Leftovers } from './leftovers.ts';
import type { Redirection } from './redirecting.ts';

/** What is left over, in finished sentences. */
export function sentencesOf(found: Leftovers, facts: Facts, goal: Goal): string[] {
  const file = facts.pipeline.path.value;
  const beating = [
    ...found.beating.map(variableText),
    ...found.beatingInFile.map((it) => inFileText(it, file)),
  ];
  const unread = found.unread.map(variableText);
  return [
    ...(beating.length === 0 ? [] : [`${beating.join(', ')}: ${beatingEffect(goal)}.`]),
    ...(unread.length === 0
      ? []
      : [`${unread.join(', ')}: no job in ${file} reads ${unread.length > 1 ? 'them' : 'it'} any more.`]),
    ...found.redirecting.map(({ variable, does }) => `${variableText(variable)}: ${effects[does]}.`),
    ...found.redirectingInFile.map((it) => `${inFileText(it, file)}: ${effects[it.does]}.`),
    ...found.jobs.map((job) => jobText(job, goal)),
  ];
}

/** What a person does about it, a finished sentence each. */
export function remediesOf(found: Leftovers, facts: Facts, goal: Goal): string[] {
  const file = facts.pipeline.path.value;
  const credentials = [...found.beating, ...found.unread];
  const count = credentials.length + found.beatingInFile.length;
  const places = [...placesOf(credentials, facts), ...(found.beatingInFile.length > 0 ? [file] : [])];
  const redirecting = found.redirecting.map(({ variable }) => variable);
  const scripts = found.unread.length > 0 ? ', unless a script of yours still reads it' : '';
  return [
    ...(count === 0
      ? []
      : [
          `Remove ${count > 1 ? 'them' : 'it'} at ${places.join(' and ')}${scripts}, and revoke the token ${revoking(goal)}.`,
        ]),
    ...(redirecting.length === 0
      ? []
      : [
          `Remove ${keysOf(redirecting)} at ${placesOf(redirecting, facts).join(' and ')}, or limit ${redirecting.length > 1 ? 'them' : 'it'} to environments that do not publish.`,
        ]),
    ...found.redirectingInFile.map(({ key, job }) => `Remove ${key} from the job '${job}' in ${file}.`),
    ...found.jobs.map(
      ({ name, elsewhere }) =>
        `Give the job '${name}' (${elsewhere ? `in a file that ${file} includes` : file}) another environment${goal.route.value === 'token' ? '' : ' and no ID token for an index'}, or remove it.`,
    ),
  ];
}

/** The same field by field. */
export function differencesIn(found: Leftovers, facts: Facts): Difference[] {
  const file = facts.pipeline.path.value;
  const gone = (field: Difference['field'], current: string): Difference => ({
    field,
    current,
    wanted: null,
  });
  const credentials = [
    ...[...found.beating, ...found.unread].map(variableText),
    ...found.beatingInFile.map((it) => inFileText(it, file)),
  ];
  return [
    ...credentials.map((text) => gone({ of: 'credential' }, text)),
    ...found.redirecting.map(({ variable }) =>
      gone({ of: 'variable', key: variable.key }, variableText(variable)),
    ),
    ...found.redirectingInFile.map((it) => gone({ of: 'variable', key: it.key }, inFileText(it, file))),
    ...found.jobs.flatMap(({ name, environment, audiences }) => [
      ...(environment === undefined
        ? []
        : [gone({ of: 'file', path: `${name}.environment` }, `${environment.name} (${environment.action})`)]),
      ...(audiences.length === 0
        ? []
        : [gone({ of: 'file', path: `${name}.id_tokens` }, audiences.join(', '))]),
    ]),
  ];
}

/** A variable with its place: 'PYPI_TOKEN (CI/CD variable of the group top, environment release)'. */
export function variableText({ key, environmentScope, holder }: SettingVariable): string {
  const where = {
    project: 'CI/CD variable',
    group: `CI/CD variable of the group ${holder.of === 'group' ? holder.path : ''}`,
    instance: 'CI/CD variable of the instance',
  }[holder.of];
  return `${key} (${where}${environmentScope === '*' ? '' : `, environment ${environmentScope}`})`;
}

/** What a credential does while it is there. */
export function beatingEffect({ publishWith, route }: Goal): string {
  if (publishWith.value === 'uv') return 'uv refuses to publish while it is set';
  return route.value === 'token'
    ? 'twine would sign in by that name, where an API token needs __token__'
    : 'twine would use it in place of the Trusted Publisher';
}

/** Where tokens of the indexes are revoked. */
export const revoking = ({ indexes }: Goal) =>
  `at ${indexes.map(({ url }) => `${url}/manage/account/`).join(' or ')}`;

/** The page with the variables of a group. */
export const groupPage = (url: string, path: string) => `${url}/groups/${path}/-/settings/ci_cd`;

const effects: Record<Redirection, string> = {
  shell: 'the shell runs that file first in the job that publishes, where it can read the token',
  python: 'Python in the job that publishes loads code from there, which can read the token',
  library: 'programs in the job that publishes load code from there, which can read the token',
  programs: 'it decides which programs run in the job that publishes, beside the token',
  checkout: 'it checks out the repository in the job that publishes, so its files run beside the token',
  configuration: 'uv takes its configuration from that file, although UV_NO_CONFIG is set',
  refusal: 'uv refuses to publish while it is set',
  certificate: 'uv would trust that host with any certificate',
  installation: 'what is installed from there runs beside the token',
  address: 'the upload would go to that index, and the token with it',
  'no-attestations':
    'uv uploads nothing of what is signed while it is set, so releases lose their provenance',
  'id-token': 'it has the name of the ID token and may take its place',
};

const inFileText = ({ key, job }: FileVariable, file: string) => `${key} in ${file} (${job})`;

function jobText({ name, environment, audiences }: JobBeside, goal: Goal): string {
  if (goal.route.value === 'token')
    return `The job '${name}' is in the environment ${environment?.name}, so whatever it runs gets the API token.`;
  const asks = audiences.length === 0 ? [] : [`asks for an ID token for ${audiences.join(' and ')}`];
  const isIn = environment === undefined ? [] : [`is in the environment ${environment.name}`];
  const isOpen =
    goal.route.value === 'protected' && environment !== undefined && environment.action !== 'start';
  const approval = isOpen ? `, without an approval ('action: ${environment.action}' is no deployment)` : '';
  return `The job '${name}' ${[...isIn, ...asks].join(' and ')}, so whatever it runs could publish${approval}.`;
}

const keysOf = (variables: SettingVariable[]) => [...new Set(variables.map(({ key }) => key))].join(', ');

function placesOf(variables: SettingVariable[], { gitlab }: Facts): string[] {
  const { project, url } = gitlab;
  const pageOf = (holder: Holder) => {
    if (holder.of === 'project') return `${project.webUrl}/-/settings/ci_cd`;
    return holder.of === 'group'
      ? groupPage(url.value, holder.path)
      : `${url.value}/admin/application_settings/ci_cd`;
  };
  const pages = new Set(variables.map(({ holder }) => pageOf(holder)));
  return [...pages].map((page) => `${page} (section 'Variables')`);
}
