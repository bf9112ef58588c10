import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, refuse, required, requireLevel } from './call.ts';
import { lint } from './lint.ts';

/** A file of a branch. */
export function showFile(call: ProjectCall, path: string): Outgoing {
  const ref = String(required(call.params, 'ref'));
  const branch = call.project.files[ref];
  if (!branch) throw refuse.notFound('Commit');
  const name = decodeURIComponent(path);
  const text = branch[name];
  if (text === undefined) throw refuse.notFound('File');
  const content = Buffer.from(text).toString('base64');
  return {
    status: 200,
    body: { file_name: name.split('/').at(-1), file_path: name, encoding: 'base64', content, ref },
  };
}

/** A branch. */
export function showBranch({ project }: ProjectCall, name: string): Outgoing {
  const branch = decodeURIComponent(name);
  if (!project.files[branch]) throw refuse.notFound('Branch');
  return { status: 200, body: { name: branch, default: branch === project.default_branch } };
}

/** The lint of what is committed, which a token that can only read may ask for. */
export function lintCommitted(call: ProjectCall): Outgoing {
  requireLevel(call, 20);
  const { project, params } = call;
  const standard = project.default_branch ?? '';
  const files = project.files[standard];
  if (!files) throw refuse.notFound('Repository');
  const ref = String(params.content_ref ?? params.sha ?? standard);
  const branch = project.files[ref];
  if (!branch) throw refuse.notFound('Commit');
  const content = branch[project.ci_config_path || '.gitlab-ci.yml'];
  const includeJobs = String(params.include_jobs) === 'true';
  if (content !== undefined) return { status: 200, body: lint(content, branch, includeJobs) };
  const errors = ['Please provide content of .gitlab-ci.yml'];
  return { status: 200, body: { valid: false, errors, warnings: [], merged_yaml: null, includes: [] } };
}

/** The static lint: an invalid text is answered with 200 and `valid: false`. */
export function lintContent(call: ProjectCall): Outgoing {
  requireLevel(call, 30);
  const content = String(required(call.params, 'content'));
  const branch = call.project.files[call.project.default_branch ?? ''] ?? {};
  return { status: 200, body: lint(content, branch, call.params.include_jobs === true) };
}
