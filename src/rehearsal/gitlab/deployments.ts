import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, paginated, refuse, requireEnvironments } from './call.ts';
import { shownJob } from './pipelines.ts';
import { isLicensed } from './projects.ts';
import type { DeploymentState } from './state.ts';

/** Deployments, oldest first by default: https://docs.gitlab.com/api/deployments/ */
export function listDeployments(call: ProjectCall): Outgoing {
  requireEnvironments(call, call.project.visibility === 'public' ? 0 : 20);
  const { environment, status, sort } = call.params as Record<string, string | undefined>;
  const found = call.project.deployments
    .filter((it) => environment === undefined || it.environment === environment)
    .filter((it) => status === undefined || it.status === status)
    .toSorted((one, other) => (one.id - other.id) * (sort === 'desc' ? -1 : 1));
  return paginated(
    call,
    found.map((it) => shownDeployment(call, it)),
  );
}

/** One deployment; on Premium with its approvals. */
export function showDeployment(call: ProjectCall, id: string): Outgoing {
  requireEnvironments(call, call.project.visibility === 'public' ? 0 : 20);
  const deployment = call.project.deployments.find((it) => String(it.id) === id);
  if (!deployment) throw refuse.noRecord();
  const { pending_approval_count = 0, approvals = [] } = deployment;
  const approved = isLicensed(call) ? { pending_approval_count, approvals } : {};
  return { status: 200, body: { ...shownDeployment(call, deployment), ...approved } };
}

/** A deployment with its job: in full if known, else only its name. */
export function shownDeployment(
  call: ProjectCall,
  {
    job,
    job_id,
    environment: name,
    approvals: _,
    pending_approval_count: __,
    ...deployment
  }: DeploymentState,
) {
  const environment = call.project.environments.find((it) => it.name === name);
  const known = call.project.jobs?.find(({ id }) => id === job_id);
  return {
    ...deployment,
    iid: deployment.id,
    updated_at: deployment.created_at,
    environment: { ...(environment ? { id: environment.id } : {}), name },
    deployable: known ? shownJob(call, known) : { name: job },
  };
}
