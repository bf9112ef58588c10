import type { Outgoing } from '../http-server.ts';
import type { ProjectCall } from './call.ts';
import * as commits from './commits.ts';
import * as deployments from './deployments.ts';
import * as environments from './environments.ts';
import * as mergeRequests from './merge-requests.ts';
import * as pipelines from './pipelines.ts';
import * as projects from './projects.ts';
import * as protectedEnvironments from './protected-environments.ts';
import * as refs from './protected-refs.ts';
import * as repository from './repository.ts';
import * as variables from './variables.ts';

/** One route below `/projects/:id/`; the first group of the pattern is handed on. */
export interface Route {
  method: string;
  pattern: RegExp;
  answer(call: ProjectCall, name: string): Outgoing;
}

const route = (method: string, pattern: RegExp, answer: Route['answer']): Route => ({
  method,
  pattern,
  answer,
});

/** Every route below a project that the rehearsal knows. A slash that is not encoded leads to none of them. */
export const projectRoutes: readonly Route[] = [
  route('GET', /^$/, projects.showProject),
  route('PUT', /^$/, projects.updateProject),
  route('GET', /^members(?:\/all)?$/, projects.listMembers),
  route('GET', /^members\/all\/(\d+)$/, projects.showMember),
  route('GET', /^environments$/, environments.listEnvironments),
  route('POST', /^environments$/, environments.createEnvironment),
  route('GET', /^environments\/(\d+)$/, environments.showEnvironment),
  route('PUT', /^environments\/(\d+)$/, environments.updateEnvironment),
  route('POST', /^environments\/(\d+)\/stop$/, environments.stopEnvironment),
  route('DELETE', /^environments\/(\d+)$/, environments.deleteEnvironment),
  route('GET', /^deployments$/, deployments.listDeployments),
  route('GET', /^deployments\/(\d+)$/, deployments.showDeployment),
  route('GET', /^protected_environments$/, protectedEnvironments.listProtectedEnvironments),
  route('POST', /^protected_environments$/, protectedEnvironments.protectEnvironment),
  route('GET', /^protected_environments\/([^/]+)$/, protectedEnvironments.showProtectedEnvironment),
  route('PUT', /^protected_environments\/([^/]+)$/, protectedEnvironments.updateProtectedEnvironment),
  route('DELETE', /^protected_environments\/([^/]+)$/, protectedEnvironments.unprotectEnvironment),
  route('GET', /^protected_tags$/, refs.listProtectedTags),
  route('GET', /^protected_tags\/([^/]+)$/, refs.showProtectedTag),
  route('POST', /^protected_tags$/, refs.protectTag),
  route('DELETE', /^protected_tags\/([^/]+)$/, refs.unprotectTag),
  route('GET', /^protected_branches$/, refs.listProtectedBranches),
  route('GET', /^protected_branches\/([^/]+)$/, refs.showProtectedBranch),
  route('POST', /^protected_branches$/, refs.protectBranch),
  route('PATCH', /^protected_branches\/([^/]+)$/, refs.updateProtectedBranch),
  route('DELETE', /^protected_branches\/([^/]+)$/, refs.unprotectBranch),
  route('GET', /^variables$/, variables.listVariables),
  route('GET', /^variables\/([^/]+)$/, variables.showVariable),
  route('POST', /^variables$/, variables.createVariable),
  route('PUT', /^variables\/([^/]+)$/, variables.updateVariable),
  route('DELETE', /^variables\/([^/]+)$/, variables.deleteVariable),
  route('GET', /^repository\/files\/([^/]+)$/, repository.showFile),
  route('GET', /^repository\/branches\/([^/]+)$/, repository.showBranch),
  route('POST', /^repository\/branches$/, repository.createBranch),
  route('POST', /^repository\/commits$/, commits.createCommit),
  route('GET', /^merge_requests$/, mergeRequests.listMergeRequests),
  route('POST', /^merge_requests$/, mergeRequests.createMergeRequest),
  route('GET', /^merge_requests\/(\d+)$/, mergeRequests.showMergeRequest),
  route('PUT', /^merge_requests\/(\d+)$/, mergeRequests.updateMergeRequest),
  route('PUT', /^merge_requests\/(\d+)\/merge$/, mergeRequests.acceptMergeRequest),
  route('GET', /^pipelines$/, pipelines.listPipelines),
  route('GET', /^pipelines\/(\d+)$/, pipelines.showPipeline),
  route('GET', /^pipelines\/(\d+)\/jobs$/, pipelines.listJobs),
  route('GET', /^pipelines\/(\d+)\/bridges$/, pipelines.listBridges),
  route('GET', /^jobs\/(\d+)$/, pipelines.showJob),
  route('GET', /^jobs\/(\d+)\/trace$/, pipelines.showTrace),
  route('POST', /^jobs\/(\d+)\/play$/, pipelines.playJob),
  route('GET', /^ci\/lint$/, repository.lintCommitted),
  route('POST', /^ci\/lint$/, repository.lintContent),
];
