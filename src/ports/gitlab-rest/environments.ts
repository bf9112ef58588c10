import {
  Deployments,
  Environments,
  GroupProtectedEnvironments,
  ProjectProtectedEnvironments,
} from '@gitbeaker/rest';
import type { GitLab, ProtectionRules } from '../gitlab.ts';
import { isTable } from '../json.ts';
import { readDeployment, readEnvironment, readProtectedEnvironment } from './read.ts';
import type { Session } from './session.ts';
import { accessRow, approvalRow } from './write.ts';

type Part = Pick<
  GitLab,
  | 'environments'
  | 'createEnvironment'
  | 'updateEnvironment'
  | 'deployments'
  | 'protectedEnvironments'
  | 'protectEnvironment'
  | 'updateProtectedEnvironment'
  | 'groupProtectedEnvironments'
>;

/** Environments, their deployments and protection: https://docs.gitlab.com/api/environments/ */
export function environmentsPart({ options, raw, pages }: Session): Part {
  const environments = new Environments(options);
  const deployments = new Deployments(options);
  const groups = new GroupProtectedEnvironments(options);
  const protections = new ProjectProtectedEnvironments(options);
  return {
    environments: (id) => pages((page) => environments.all(id, page), readEnvironment),
    // gitbeaker's types lack some of the fields that GitLab accepts.
    createEnvironment: async (id, name, fields) =>
      void (await environments.create(id, name, fields as never)),
    updateEnvironment: async (id, environment, fields) =>
      void (await environments.edit(id, environment, fields as never)),
    deployments: async (id, environment, status) => {
      const newestFirst = { orderBy: 'id', sort: 'desc', perPage: 20, page: 1 } as const;
      const filter = status === undefined ? { environment } : { environment, status };
      const answer: unknown = await deployments.all(id, { ...filter, ...newestFirst });
      return Array.isArray(answer) ? answer.filter(isTable).map(readDeployment) : [];
    },
    protectedEnvironments: (id) =>
      pages((page) => protections.all(id, page as never), readProtectedEnvironment),
    groupProtectedEnvironments: (path) =>
      // gitbeaker 43.8.0 does not encode the group in the path.
      pages((page) => groups.all(encodeURIComponent(path), page as never), readProtectedEnvironment),
    protectEnvironment: async (id, name, rules) => {
      await raw.post(`projects/${id}/protected_environments`, { body: { name, ...bodyOf(rules) } });
    },
    updateProtectedEnvironment: async (id, name, rules) => {
      // gitbeaker 43.8.0 does not encode the name in the path.
      await raw.put(`projects/${id}/protected_environments/${encodeURIComponent(name)}`, {
        body: bodyOf(rules),
      });
    },
  };
}

function bodyOf({ deployAccessLevels = [], approvalRules = [] }: ProtectionRules) {
  return {
    deploy_access_levels: deployAccessLevels.map(accessRow),
    approval_rules: approvalRules.map(approvalRow),
  };
}
