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

/** An endpoint below `/projects/:id/`; the pattern's first group is passed on. */
export interface Endpoint {
  method: string;
  pattern: RegExp;
  answer(call: ProjectCall, name: string): Outgoing;
}

const endpoint = (method: string, pattern: RegExp, answer: Endpoint['answer']): Endpoint => ({
  method,
  pattern,
  answer,
});

/** Every project endpoint of the rehearsal. An unencoded slash matches none of them. */
export const projectEndpoints: readonly Endpoint[] = [
  endpoint('GET', /^$/, projects.showProject),
  endpoint('PUT', /^$/, projects.updateProject),
  endpoint('GET', /^members(?:\/all)?$/, projects.listMembers),
  endpoint('GET', /^members\/all\/(\d+)$/, projects.showMember),
  endpoint('GET', /^environments$/, environments.listEnvironments),
  endpoint('POST', /^environments$/, environments.createEnvironment),
  endpoint('GET', /^environments\/(\d+)$/, environments.showEnvironment),
  endpoint('PUT', /^environments\/(\d+)$/, environments.updateEnvironment),
  endpoint('POST', /^environments\/(\d+)\/stop$/, environments.stopEnvironment),
  endpoint('DELETE', /^environments\/(\d+)$/, environments.deleteEnvironment),
  endpoint('GET', /^deployments$/, deployments.listDeployments),
  endpoint('GET', /^deployments\/(\d+)$/, deployments.showDeployment),
  endpoint('GET', /^protected_environments$/, protectedEnvironments.listProtectedEnvironments),
  endpoint('POST', /^protected_environments$/, protectedEnvironments.protectEnvironment),
  endpoint('GET', /^protected_environments\/([^/]+)$/, protectedEnvironments.showProtectedEnvironment),
  endpoint('PUT', /^protected_environments\/([^/]+)$/, protectedEnvironments.updateProtectedEnvironment),
  endpoint('DELETE', /^protected_environments\/([^/]+)$/, protectedEnvironments.unprotectEnvironment),
  endpoint('GET', /^protected_tags$/, refs.listProtectedTags),
  endpoint('GET', /^protected_tags\/([^/]+)$/, refs.showProtectedTag),
  endpoint('POST', /^protected_tags$/, refs.protectTag),
  endpoint('DELETE', /^protected_tags\/([^/]+)$/, refs.unprotectTag),
  endpoint('GET', /^protected_branches$/, refs.listProtectedBranches),
  endpoint('GET', /^protected_branches\/([^/]+)$/, refs.showProtectedBranch),
  endpoint('POST', /^protected_branches$/, refs.protectBranch),
  endpoint('PATCH', /^protected_branches\/([^/]+)$/, refs.updateProtectedBranch),
  endpoint('DELETE', /^protected_branches\/([^/]+)$/, refs.unprotectBranch),
  endpoint('GET', /^variables$/, variables.listVariables),
  endpoint('GET', /^variables\/([^/]+)$/, variables.showVariable),
  endpoint('POST', /^variables$/, variables.createVariable),
  endpoint('PUT', /^variables\/([^/]+)$/, variables.updateVariable),
  endpoint('DELETE', /^variables\/([^/]+)$/, variables.deleteVariable),
  endpoint('GET', /^repository\/files\/([^/]+)$/, repository.showFile),
  endpoint('GET', /^repository\/tree$/, repository.showTree),
  endpoint('GET', /^repository\/compare$/, repository.compareCommits),
  endpoint('GET', /^repository\/branches\/([^/]+)$/, repository.showBranch),
  endpoint('POST', /^repository\/branches$/, repository.createBranch),
  endpoint('POST', /^repository\/commits$/, commits.createCommit),
  endpoint('GET', /^merge_requests$/, mergeRequests.listMergeRequests),
  endpoint('POST', /^merge_requests$/, mergeRequests.createMergeRequest),
  endpoint('GET', /^merge_requests\/(\d+)$/, mergeRequests.showMergeRequest),
  endpoint('PUT', /^merge_requests\/(\d+)$/, mergeRequests.updateMergeRequest),
  endpoint('PUT', /^merge_requests\/(\d+)\/merge$/, mergeRequests.acceptMergeRequest),
  endpoint('GET', /^pipelines$/, pipelines.listPipelines),
  endpoint('GET', /^pipelines\/(\d+)$/, pipelines.showPipeline),
  endpoint('GET', /^pipelines\/(\d+)\/jobs$/, pipelines.listJobs),
  endpoint('GET', /^pipelines\/(\d+)\/bridges$/, pipelines.listBridges),
  endpoint('GET', /^jobs$/, pipelines.listProjectJobs),
  endpoint('GET', /^jobs\/(\d+)$/, pipelines.showJob),
  endpoint('GET', /^jobs\/(\d+)\/trace$/, pipelines.showTrace),
  endpoint('POST', /^jobs\/(\d+)\/play$/, pipelines.playJob),
  endpoint('GET', /^ci\/lint$/, repository.lintCommitted),
  endpoint('POST', /^ci\/lint$/, repository.lintContent),
];
