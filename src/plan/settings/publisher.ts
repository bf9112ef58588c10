import { acceptedIssuer } from '../../facts/id-tokens.ts';
import type { Facts } from '../../facts/index.ts';
import { indexNames } from '../../facts/package-index.ts';
import type { IndexGoal } from '../../goal/index.ts';
import { type PublisherFields, publisherFields } from '../../indexes/publisher-form.ts';
import { allSteps, type FormPage, publisherPage } from '../../indexes/publisher-page.ts';
import { credentialKeys } from '../../indexes/upload-variables.ts';
import type { Provenance } from '../../ports/package-index.ts';
import { type Finding, ok, unfixable, unreadable } from '../finding.ts';
import { versionOfJob, versionPage } from '../published-version.ts';
import { beatingVariables } from './beating.ts';
import { closedProject } from './project-status.ts';
import { type AttemptVerdict, judgeAttempt } from './publish-attempt.ts';
import { nothingToReread, type Setting, type Situation } from './setting.ts';

/** The Trusted Publisher on one index. There is no public API for it; a release is the only proof. */
export function publisher(index: IndexGoal): Setting {
  return {
    id: `publisher:${index.id}`,
    kind: 'publisher',
    index: index.id,
    title: `Trusted Publisher on ${indexNames[index.id]}`,
    // An index must not trust an environment that anybody can still deploy to.
    dependsOn: index.job === 'release' ? ['protected-environment'] : [],
    inspect: (situation) => inspect(situation, index),
    reread: nothingToReread,
  };
}

/** The page that registers the publisher, and what to enter there. */
export interface PublisherPage extends FormPage {
  index: IndexGoal;
  fields: PublisherFields;
}

/** The values for an index's form. */
export function formFields({ python, gitlab, pipeline }: Facts, { environment }: IndexGoal): PublisherFields {
  return publisherFields({
    packageName: python.packageName.value,
    project: gitlab.project.path,
    pipelineFile: pipeline.path.value,
    environment,
  });
}

/** The page for one index; undefined as long as it is unknown whether the package exists there. */
export function pageFor(facts: Facts, index: IndexGoal): PublisherPage | undefined {
  const { exists } = facts.indexes[index.id];
  if (!exists.known) return undefined;
  const fields = formFields(facts, index);
  const gitlab = facts.gitlab.url.value;
  const issuer = gitlab === acceptedIssuer ? undefined : gitlab;
  return { index, fields, ...publisherPage(index, fields, { exists: exists.value, issuer }) };
}

function inspect(situation: Situation, index: IndexGoal): Finding {
  const { facts } = situation;
  const closed = closedProject(facts, index);
  if (closed !== undefined) return closed;
  const attempt = newestAttempt(situation, index);
  // Whatever was proved before, the newest token was refused.
  if (attempt?.blame === 'publisher') return failed(attempt);
  const proof = proofOf(situation, index);
  if (proof !== undefined) return ok(proof, { notes: [...noteOf(attempt), notExcluded(facts, index)] });
  if (isFailed(attempt)) return failed(attempt);
  const page = pageFor(facts, index);
  const { exists, ownership } = facts.indexes[index.id];
  if (!exists.known) return unreadable(`existence of the package on ${index.title}`, exists.reason);
  const owners = ownership.known ? (ownership.value?.owners ?? []) : [];
  const whose = owners.length > 0 ? ` The package is owned by ${owners.join(', ')} there.` : '';
  const notes = [
    ...noteOf(attempt),
    ...otherPublisherNotes(situation, index),
    ...unreadNotes(situation, index),
  ];
  const message = exists.value
    ? `Check on ${index.title} that the Trusted Publisher is registered, as there is no API for it.${whose}`
    : `${fieldsName(facts)} does not exist on ${index.title} yet, so register a pending publisher there; skip this if you have.`;
  return unfixable('manual', message, {
    manual: `Open ${page?.url}. ${page ? allSteps(page).join(' ') : ''}`,
    notes,
  });
}

/** What the newest try to publish shows, as read. */
export const newestAttempt = (situation: Situation, index: IndexGoal) =>
  judgeAttempt(
    situation,
    index,
    pageFor(situation.facts, index)?.url ?? index.url,
    registeredFields(situation, index),
  );

/** The publisher as registered: as the index shows it by a file, else as the form was to be given. */
function registeredFields({ facts, verdicts }: Situation, index: IndexGoal): PublisherFields {
  const { provenance } = verdicts.publications[index.id] ?? {};
  const shown =
    provenance?.known === true
      ? provenance.value?.publishers.find(
          ({ kind, environment }) => kind === 'GitLab' && environment !== null,
        )
      : undefined;
  if (shown === undefined) return formFields(facts, index);
  return publisherFields({
    packageName: facts.python.packageName.value,
    project: shown.repository,
    pipelineFile: shown.workflowFilepath,
    environment: shown.environment ?? '',
  });
}

/** Seen to be wrong: not while somebody has yet to approve, or the index is down. */
const isFailed = (attempt: AttemptVerdict | undefined): attempt is AttemptVerdict =>
  attempt?.blame !== undefined && attempt.blame !== 'index';

function failed({ message, manual, differences }: AttemptVerdict): Finding {
  return unfixable('blocked', message, { manual, differences });
}

/** What a later try came to, for another reason than the publisher. */
const noteOf = (attempt: AttemptVerdict | undefined) =>
  attempt === undefined ? [] : [`${attempt.message} ${attempt.manual}`];

/** Whether the index's form is what is left to do: nothing shows that the publisher is registered, or it did not fit. */
export function needsForm({ kind }: Finding, situation: Situation, index: IndexGoal): boolean {
  return kind === 'manual' || (kind === 'blocked' && newestAttempt(situation, index)?.blame === 'publisher');
}

function unreadNotes({ verdicts }: Situation, index: IndexGoal): string[] {
  const { published, attempt, provenance } = verdicts.publications[index.id] ?? {};
  return [published, attempt, provenance]
    .flatMap((it) =>
      it?.known === false
        ? [`What was published from ${index.environment} could not be read: ${it.reason}`]
        : [],
    )
    .slice(0, 1);
}

/** A proof by GitLab, or by the index itself. */
export function proofOf(situation: Situation, index: IndexGoal): string | undefined {
  return proofByJob(situation, index) ?? proofByFile(situation, index);
}

/** The index shows the publisher of an attested file: it is the one that the form was to be given. */
function proofByFile({ facts, verdicts }: Situation, index: IndexGoal): string | undefined {
  const { provenance } = verdicts.publications[index.id] ?? {};
  if (!provenance?.known || provenance.value === undefined) return undefined;
  const { file, publishers } = provenance.value;
  const form = formFields(facts, index);
  const { namespace, project, workflowFilepath, environment } = form;
  const isOurs = publishers.some((it) => isOfPipeline(it, form) && it.environment === environment);
  if (!isOurs) return undefined;
  const on = file.uploadedAt === '' ? '' : ` on ${file.uploadedAt.slice(0, 10)}`;
  return `The Trusted Publisher is registered on ${index.title}: it published ${file.filename}${on}, as the file's attestations show (${namespace}/${project}, ${workflowFilepath}, environment ${environment}).`;
}

/** Whether a publisher, as the index shows it, is for this project's pipeline file, in whatever environment. */
const isOfPipeline = ({ kind, repository, workflowFilepath }: Provenance, form: PublisherFields): boolean =>
  kind === 'GitLab' &&
  repository === `${form.namespace}/${form.project}` &&
  workflowFilepath === form.workflowFilepath;

/** What the index says of the publisher of its newest attested file, where that is another than wanted. */
function otherPublisherNotes({ facts, verdicts }: Situation, index: IndexGoal): string[] {
  const { provenance } = verdicts.publications[index.id] ?? {};
  if (!provenance?.known || provenance.value === undefined) return [];
  const { file, publishers } = provenance.value;
  const [publisher] = publishers;
  if (publisher === undefined) return [];
  const { kind, repository, workflowFilepath, environment } = publisher;
  const form = formFields(facts, index);
  return [
    isOfPipeline(publisher, form) && environment === null
      ? `The publisher that published ${file.filename} has no environment, so every job of the pipeline may publish: replace it by one for ${form.environment}.`
      : `${file.filename} came from the publisher ${repository} on ${kind || 'another service'}${workflowFilepath === '' ? '' : `, ${workflowFilepath}`}${environment === null ? '' : `, environment ${environment}`}; the one wanted is ${form.namespace}/${form.project}, ${form.workflowFilepath}, environment ${form.environment}.`,
  ];
}

/** No proof if the job could have published with a variable instead. */
function proofByJob({ facts, goal, verdicts }: Situation, index: IndexGoal): string | undefined {
  const last = verdicts.publications[index.id]?.published;
  if (!last?.known || !last.value?.asTrustedPublisher) return undefined;
  if (beatingVariables(facts, goal, Object.values(credentialKeys).flat()).length > 0) return undefined;
  const { job, ref, createdAt } = last.value;
  const version = job && versionOfJob({ ...job, ref }, facts.indexes[index.id]);
  const page = version === undefined ? '' : `: ${versionPage(index.page, version)}`;
  return `The Trusted Publisher is registered on ${index.title}: the job '${job?.name}' published ${version ?? ref} with it from ${index.environment} on ${createdAt.slice(0, 10)}${page}.`;
}

/** What a release does not prove: PyPI accepts it through any publisher that matches. */
function notExcluded(facts: Facts, { title, url }: IndexGoal): string {
  const page = `${url}/manage/project/${fieldsName(facts)}/settings/publishing/`;
  return `A release does not show whether ${title} has another publisher without an environment, which lets every job of the pipeline publish. Look for one at ${page} and remove it.`;
}

const fieldsName = (facts: Facts) => facts.python.packageName.value;
