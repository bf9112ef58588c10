import { attempt } from '../facts/gitlab-project.ts';
import type { Facts } from '../facts/index.ts';
import type { Goal, IndexGoal } from '../goal/index.ts';
import { known } from '../kernel/known.ts';
import { isTrustedJob } from '../pipeline/index.ts';
import type { Published, PublishedFrom } from '../plan/verdicts.ts';
import type { Git } from '../ports/git.ts';
import type { Deployment, GitLab } from '../ports/gitlab.ts';

/** Requests the last deployment to every environment in parallel; skips environments that do not exist. */
export async function readPublished(
  facts: Facts,
  goal: Goal,
  ports: { gitlab: GitLab; git: Git },
): Promise<PublishedFrom> {
  const { environments } = facts.gitlab;
  if (goal.route.value === 'token' || !environments.known) return {};
  const entries = await Promise.all(
    goal.indexes.map(async (index) => {
      const exists = environments.value.some(({ name }) => name === index.environment);
      const last = exists ? attempt(published(facts, goal, index, ports)) : known(undefined);
      return [index.id, await last] as const;
    }),
  );
  return Object.fromEntries(entries);
}

async function published(
  facts: Facts,
  goal: Goal,
  { id, environment }: IndexGoal,
  ports: { gitlab: GitLab; git: Git },
): Promise<Published | undefined> {
  const last = await ports.gitlab.lastDeployment(facts.gitlab.project.id, environment);
  if (last === undefined) return undefined;
  const text = last.job === undefined ? undefined : await pipelineOf(last, facts, ports);
  const job = { name: last.job ?? '', index: id, environment };
  const { included } = facts.pipeline.reading;
  const asTrustedPublisher = text !== undefined && isTrustedJob(text, job, goal.indexes, included);
  return { ...last, asTrustedPublisher };
}

/** The checkout has most commits, which saves a request. */
async function pipelineOf({ sha }: Deployment, facts: Facts, { gitlab, git }: { gitlab: GitLab; git: Git }) {
  const path = facts.pipeline.path.value;
  return (
    (await git.textAt(sha, path)) ??
    (await gitlab.file(facts.gitlab.project.id, path, sha).catch(() => undefined))
  );
}
