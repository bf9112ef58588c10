import type { Facts } from '../../facts/index.ts';
import type { PublishAttempt } from '../../facts/publish-attempt.ts';
import type { IndexGoal } from '../../goal/index.ts';
import { type PublisherFields, publisherFields } from '../../indexes/publisher-form.ts';
import { formLabels } from '../../indexes/publisher-page.ts';
import { approvalLabels } from '../../people/who.ts';
import { tokenVariable } from '../../pipeline/pipeline-goal.ts';
import type { Difference } from '../difference.ts';
import { type Blame, explainCause } from './failure-words.ts';
import type { Situation } from './setting.ts';

/** What the newest try to publish shows, if it did not succeed. */
export interface AttemptVerdict {
  /** What it is to blame on; undefined where it is not over yet. */
  blame: Blame | undefined;
  /** Full sentences. */
  message: string;
  /** What to do, in full sentences. */
  manual: string;
  /** Where the ID token differs from what the publisher's form was given: the token's value, then the form's. */
  differences: Difference[];
}

type Failed = Extract<PublishAttempt, { state: 'failed' }>;

/** Judges the newest try to publish to an index; undefined if there was none, or it succeeded. */
export function judgeAttempt(
  { facts, goal, verdicts }: Situation,
  index: IndexGoal,
  publisherPage: string,
  registered: PublisherFields,
): AttemptVerdict | undefined {
  const read = verdicts.publications[index.id]?.attempt;
  if (!read?.known || read.value === undefined) return undefined;
  const attempt = read.value;
  if (attempt.state === 'failed') return judgeFailure(facts, index, attempt, publisherPage, registered);
  const link = linkTo(facts, attempt);
  const awaits = attempt.state === 'awaits approval';
  const who = approvalLabels(goal.approvals.value);
  return {
    blame: undefined,
    message: awaits
      ? `The upload of ${attempt.ref} to ${index.title} awaits an approval${who === '' ? '' : ` by ${who}`}.`
      : `The upload of ${attempt.ref} to ${index.title} has not finished, or waits for somebody to start it.`,
    manual: awaits ? `Approve it, then start it: ${link}.` : `Look at ${link}.`,
    differences: [],
  };
}

function judgeFailure(
  facts: Facts,
  index: IndexGoal,
  attempt: Failed,
  publisherPage: string,
  registered: PublisherFields,
): AttemptVerdict {
  const { failure, ref, at, stage } = attempt;
  const { title, url, environment, audience } = index;
  const explained = explainCause(failure.cause, {
    title,
    url,
    packageName: facts.python.packageName.value,
    environment,
    job: failure.job.name,
    tokenVariable: tokenVariable(audience),
    audience,
    publisherPage,
    projectUrl: facts.gitlab.project.webUrl,
  });
  const { kind } = failure.cause.by === 'log' ? failure.cause : { kind: undefined };
  const isMatch = kind === 'publisher-not-found' || kind === 'publisher-spelling';
  const claimed = claimedFields(facts, attempt);
  const differences = isMatch ? mismatches(claimed, attempt, registered) : [];
  const on = at === '' ? '' : ` on ${at.slice(0, 10)}`;
  const who =
    stage === 'before'
      ? `${ref} did not get to ${title}${on}: the job '${failure.job.name}' before it failed`
      : `The job '${failure.job.name}' failed to publish ${ref} to ${title}${on}`;
  const which = isMatch ? comparison(facts, claimed, differences, registered, index) : [];
  const where = explained.blame === 'publisher' ? ` The page: ${publisherPage}.` : '';
  return {
    blame: explained.blame,
    message: [`${who}: ${explained.what}.`, ...which].join(' '),
    manual: `${explained.next}${where} The log: ${linkTo(facts, attempt)}.`,
    differences,
  };
}

/** The fields of the form that the ID token has claims for. */
const claimedNames = ['namespace', 'project', 'workflowFilepath', 'environment'] as const;

/** The values of the form that the ID token would fit: as uv printed them, else as GitLab makes them. */
function claimedFields(facts: Facts, { failure, environment }: Failed): PublisherFields {
  const { cause, claims } = failure;
  const shown = cause.by === 'log' ? uriParts(cause.values.got) : undefined;
  return publisherFields({
    packageName: facts.python.packageName.value,
    project: claims?.project ?? shown?.project ?? facts.gitlab.project.path,
    pipelineFile: claims?.pipelineFile ?? shown?.pipelineFile ?? facts.pipeline.path.value,
    environment: (claims === undefined ? environment : claims.environment) ?? '',
  });
}

/** What the publisher has: as the index quotes it, else as registered or given to the person who registered it. */
function mismatches(
  claimed: PublisherFields,
  { failure: { cause } }: Failed,
  registered: PublisherFields,
): Difference[] {
  const quoted = cause.by === 'log' ? uriParts(cause.values.expected) : undefined;
  const form =
    quoted === undefined
      ? registered
      : publisherFields({
          packageName: registered.projectName,
          ...quoted,
          // The index looks for the environment first, so that one fits.
          environment: claimed.environment,
        });
  return claimedNames
    .filter((name) => claimed[name] !== form[name])
    .map((name) => ({ field: { of: 'publisher form', name }, current: claimed[name], wanted: form[name] }));
}

/** `gitlab.com/group/project//file.yml@ref`, as in the claim ci_config_ref_uri. */
function uriParts(text: string | undefined): { project: string; pipelineFile: string } | undefined {
  const found = /'?[^/\s']+\/([^\s'@]+?)\/\/([^\s'@]+)@/.exec(text ?? '');
  return found === null ? undefined : { project: found[1] ?? '', pipelineFile: found[2] ?? '' };
}

/** The very fields that differ, or all values to compare where none is known to. */
function comparison(
  facts: Facts,
  claimed: PublisherFields,
  differences: Difference[],
  registered: PublisherFields,
  { id, title }: IndexGoal,
): string[] {
  if (differences.length > 0) {
    return differences.flatMap(({ field, current, wanted }) => {
      if (field.of !== 'publisher form') return [];
      const label = formLabels[field.name];
      const advice = reasonFor(field.name, facts, claimed, registered);
      return [`${label}: the token has ${shown(current)}, the publisher ${shown(wanted)}.${advice}`];
    });
  }
  const values = claimedNames.map((name) => `${formLabels[name]} ${shown(claimed[name])}`).join(', ');
  const exists = facts.indexes[id].exists;
  const isNew = exists.known && !exists.value;
  return [
    `The token has ${values}.`,
    isNew
      ? `The project does not exist there yet, so a pending publisher is needed: not registered, expired after 30 days, or registered with another index than ${title}.`
      : `The publisher is not registered, has another value in one of these fields, or was registered with another index than ${title}.`,
  ];
}

const shown = (value: Difference['current']) =>
  value === null || value === '' ? 'none' : `'${String(value)}'`;

function reasonFor(
  field: keyof PublisherFields,
  { gitlab }: Facts,
  claimed: PublisherFields,
  registered: PublisherFields,
): string {
  const path = gitlab.project.path;
  switch (field) {
    case 'namespace':
    case 'project': {
      const was = `${claimed.namespace}/${claimed.project}`;
      if (was.toLowerCase() === `${registered.namespace}/${registered.project}`.toLowerCase())
        return ' Only the letter case differs.';
      if (was !== path) return ` The project has moved to ${path} since: start a new pipeline.`;
      return ` Register a publisher for ${path}, as the project has moved.`;
    }
    case 'workflowFilepath':
      return " It is the file that 'CI/CD configuration file' of the project names.";
    case 'environment':
      if (claimed.environment === '') return ' The job has no environment: add it.';
      return claimed.environment.toLowerCase() === registered.environment.toLowerCase()
        ? ' Only the letter case differs, and it counts.'
        : '';
    default:
      return '';
  }
}

function linkTo({ gitlab: { project } }: Facts, { jobId, pipelineId, ...rest }: PublishAttempt): string {
  const id = rest.state === 'failed' ? rest.failure.job.id : jobId;
  if (id !== undefined) return `${project.webUrl}/-/jobs/${id}`;
  return `${project.webUrl}/-/pipelines${pipelineId === undefined ? '' : `/${pipelineId}`}`;
}
