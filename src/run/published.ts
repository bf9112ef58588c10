import { attempt } from '../facts/gitlab-project.ts';
import type { Facts } from '../facts/index.ts';
import { type PublishAttempt, readAttempt, readFailedJob } from '../facts/publish-attempt.ts';
import type { Goal, IndexGoal } from '../goal/index.ts';
import { type Known, known } from '../kernel/known.ts';
import type { IndexId } from '../kernel/route.ts';
import { isTrustedJob, publisherNames } from '../pipeline/index.ts';
import { type ChildPublisher, childPublishers } from '../plan/pipeline-model.ts';
import type { ProjectEdit } from '../plan/project-edit.ts';
import type { Publications, Published } from '../plan/verdicts.ts';
import type { Git } from '../ports/git.ts';
import type { Deployment, GitLab, Job } from '../ports/gitlab.ts';
import { GitLabError } from '../ports/gitlab-error.ts';
import type { PackageIndex } from '../ports/package-index.ts';

interface Ports {
  gitlab: GitLab;
  indexes: Record<IndexId, PackageIndex>;
  git: Git;
}

/**
 * Reads the newest deployments to every environment in parallel: the last that succeeded, and what became of the newest.
 * The route with tokens has no publisher that they could prove.
 */
export async function readPublications(
  facts: Facts,
  goal: Goal,
  { occasions }: Pick<ProjectEdit, 'occasions'>,
  ports: Ports,
): Promise<Publications> {
  const { environments } = facts.gitlab;
  if (goal.route.value === 'token') return {};
  const children = childPublishers(occasions);
  const inFile = publisherNames(facts.pipeline.reading, goal.indexes);
  const names = (index: IndexId) => [...inFile[index], ...children[index].map(({ job }) => job)];
  const publishes = goal.indexes.some(({ id }) => names(id).length > 0);
  // Asked along with the deployments: without any, it would be one more round.
  const failedJobs =
    publishes && environments.known
      ? attempt(ports.gitlab.failedJobs(facts.gitlab.project.id))
      : Promise.resolve(known([]));
  const entries = await Promise.all(
    goal.indexes.map(async (index): Promise<[IndexId, Publications[IndexId] & object]> => {
      const provenance = attempt(provenanceOn(facts, index, ports));
      const exists = environments.known && environments.value.some(({ name }) => name === index.environment);
      const deployments = exists ? await attempt(deploymentsTo(facts, index, ports)) : known([]);
      if (!deployments.known || !environments.known) {
        const published = deployments.known ? known(undefined) : deployments;
        return [index.id, { published, attempt: known(undefined), provenance: await provenance }];
      }
      const [published, newest] = await Promise.all([
        attempt(
          lastPublished(facts, goal, { ...index, children: children[index.id] }, deployments.value, ports),
        ),
        deployments.value.length === 0
          ? attemptByJob(facts, await failedJobs, names(index.id), ports)
          : attempt(readAttempt(ports.gitlab, facts.gitlab.project.id, index.environment, deployments.value)),
      ]);
      return [index.id, { published, attempt: newest, provenance: await provenance }];
    }),
  );
  return Object.fromEntries(entries);
}

/** The index proves its own files, whatever may be read on GitLab. */
async function provenanceOn(facts: Facts, { id }: IndexGoal, { indexes }: Ports) {
  const file = facts.indexes[id].attested;
  return file === undefined ? undefined : { file, publishers: await indexes[id].provenance(file.path) };
}

/** Newest first; where none of the newest succeeded, with the last that did. */
async function deploymentsTo({ gitlab: { project } }: Facts, { environment }: IndexGoal, { gitlab }: Ports) {
  const newest = await gitlab.deployments(project.id, environment);
  if (newest.length < 20 || newest.some(({ status }) => status === 'success')) return newest;
  return [...newest, ...(await gitlab.deployments(project.id, environment, 'success')).slice(0, 1)];
}

async function attemptByJob(
  { gitlab: { project } }: Facts,
  failedJobs: Known<Job[]>,
  names: string[],
  { gitlab }: Ports,
): Promise<Known<PublishAttempt | undefined>> {
  if (!failedJobs.known) return failedJobs;
  return attempt(readFailedJob(gitlab, project.id, failedJobs.value, names));
}

async function lastPublished(
  facts: Facts,
  goal: Goal,
  { id, environment, children }: IndexGoal & { children: ChildPublisher[] },
  deployments: Deployment[],
  ports: Ports,
): Promise<Published | undefined> {
  const last = deployments.find(({ status }) => status === 'success');
  if (last === undefined) return undefined;
  const name = last.job?.name;
  // The ID token of a child pipeline's job names the pipeline file of the project all the same.
  const child = children.find(({ job }) => job === name);
  const { path, reading } = facts.pipeline;
  const text =
    name === undefined ? undefined : await textAt(last.sha, child?.file ?? path.value, facts, ports);
  const job = { name: name ?? '', index: id, environment };
  const included = child === undefined ? reading.included : {};
  const asTrustedPublisher = text !== undefined && isTrustedJob(text, job, goal.indexes, included);
  return { ...last, asTrustedPublisher };
}

/** The checkout has most commits, which saves a request. */
async function textAt(sha: string, path: string, facts: Facts, { gitlab, git }: Ports) {
  return (
    (await git.textAt(sha, path)) ?? (await gitlab.file(facts.gitlab.project.id, path, sha).catch(unreadable))
  );
}

/** What GitLab does not hand out proves nothing. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof GitLabError)) throw error;
}
