import { Branches, Commits, MergeRequests, Repositories, RepositoryFiles } from '@gitbeaker/rest';
import { GitLabError } from '../gitlab-error.ts';
import type { GitLabRepository, NewFileVersion } from '../gitlab-repository.ts';
import * as read from './read-repository.ts';
import type { Session } from './session.ts';

/** Branches, files, commits and merge requests: https://docs.gitlab.com/api/commits/ */
export function repositoryPart({ options, row, pages }: Session): GitLabRepository {
  const repositories = new Repositories(options);
  const mergeRequests = new MergeRequests(options);
  return {
    branch: async (id, name) => {
      const found = await orNone(new Branches(options).show(id, name), /Branch Not Found/i);
      return found === undefined ? undefined : read.readBranch(row(found));
    },
    tree: async (id, ref) => {
      const entries = await pages(
        (page) => repositories.allRepositoryTrees(id, { ref, recursive: true, ...page } as never),
        read.readTreeEntry,
      );
      return entries.filter((entry) => entry !== undefined);
    },
    fileVersion: async (id, path, ref) => {
      const found = await orNone(new RepositoryFiles(options).show(id, path, ref), /File Not Found/i);
      return found === undefined ? undefined : read.readFileVersion(row(found));
    },
    compare: async (id, from, to) => read.readComparison(row(await repositories.compare(id, from, to))),
    commit: async (id, { branch, startSha, replace, message, files }) => {
      const start = { startSha, ...(replace ? { force: true } : {}) };
      await new Commits(options).create(id, branch, message, files.map(actionOf) as never, start);
    },
    mergeRequests: async (id, sourceBranch, targetBranch) => {
      const filter = { projectId: id, sourceBranch, targetBranch };
      const found = await pages(
        (page) => mergeRequests.all({ ...filter, ...page } as never),
        read.readMergeRequest,
      );
      return found
        .filter(({ sourceProjectId }) => sourceProjectId === id)
        .toSorted((one, other) => other.iid - one.iid);
    },
    createMergeRequest: async (id, { source, target, title, description }) =>
      void (await mergeRequests.create(id, source, target, title, {
        description,
        removeSourceBranch: true,
      })),
    describeMergeRequest: async (id, iid, description) =>
      void (await mergeRequests.edit(id, iid, { description })),
  };
}

/** Base64 keeps each byte: line endings, a byte order mark, a missing last line break. */
function actionOf({ path, text, lastCommit }: NewFileVersion) {
  return {
    action: lastCommit === undefined ? 'create' : 'update',
    filePath: path,
    content: Buffer.from(text).toString('base64'),
    encoding: 'base64',
    ...(lastCommit === undefined ? {} : { lastCommitId: lastCommit }),
  };
}

async function orNone<T>(work: Promise<T>, none: RegExp): Promise<T | undefined> {
  return work.catch((error) => {
    if (error instanceof GitLabError && error.kind === 'not-found' && none.test(error.message))
      return undefined;
    throw error;
  });
}
