import type { Difference } from '../pipeline/model/judge.ts';
import type { OccasionId } from '../pipeline/model/types.ts';
import type { Upload } from '../pipeline/model/uploads.ts';

/** An occasion in words, with its representative ref, if any. */
export function occasionText(id: OccasionId, ref: string): string {
  const words: Record<OccasionId, string> = {
    'version-tag': `tag ${ref}`,
    'pre-release-tag': `tag ${ref}`,
    'other-tag': `tag ${ref}`,
    'default-branch': `push to ${ref}`,
    'other-branch': 'push to another branch',
    'merge-request': 'merge request',
    schedule: 'schedule',
    web: 'pipeline run by hand',
    api: 'pipeline run by the API',
    trigger: 'pipeline run by a trigger',
  };
  return words[id];
}

/** Where an upload goes, in one word. */
export function targetText({ target }: Pick<Upload, 'target'>): string {
  if (target.kind === 'index') return target.id === 'pypi' ? 'PyPI' : 'TestPyPI';
  if (target.kind === 'registry') return "GitLab's registry";
  return target.kind === 'other' ? target.address : 'an index that cannot be told';
}

/** Why an edit is refused, as a clause that follows 'because then'. */
export function reasonOfDifference(difference: Difference): string {
  switch (difference.kind) {
    case 'upload-lost':
      return `'${difference.upload.job}' would no longer upload to ${targetText(difference.upload)} on ${at(difference.upload)}`;
    case 'upload-added':
      return `'${difference.upload.job}' would upload to ${targetText(difference.upload)} on ${at(difference.upload)} too`;
    case 'two-publishers':
      return `${difference.jobs.map((job) => `'${job}'`).join(' and ')} would both upload to ${difference.index === 'pypi' ? 'PyPI' : 'TestPyPI'}`;
    case 'other-credential':
      return `'${difference.upload.job}' would still upload to ${targetText(difference.upload)} with ${credentialText(difference.upload)}`;
    case 'nothing-built':
      return `nothing would build on ${at(difference.upload)} what '${difference.upload.job}' uploads`;
    case 'needed-job-absent':
      return `'${difference.job}' would need '${difference.needs}', which is not in that pipeline`;
    case 'job-lost':
      return `the job '${difference.job}' would be gone`;
    case 'job-start-changed':
      return `the job '${difference.job}' would run on other occasions`;
    case 'artifacts-lost':
      return `the job '${difference.job}' would not get ${difference.paths.join(', ')} any more`;
    case 'tagging-lost':
      return `nothing would make the tags that '${difference.job}' makes now (${difference.commands[0] ?? ''})`;
    case 'commands-lost':
      return `'${difference.commands[0] ?? ''}' of the job '${difference.job}' would be gone`;
    case 'command-moved':
      return `'${difference.command.trim().split('\n')[0]}' would run in '${difference.job}' on other occasions than now`;
    case 'start-changed':
    case 'files-changed':
    case 'version-changed':
      return `'${difference.after.job}' would upload something else on ${at(difference.after)}`;
  }
}

const at = ({ occasion, ref }: Upload) => `a ${occasionText(occasion, ref)}`;

/** How an upload authenticates, in words. */
export function credentialText({ credential }: Pick<Upload, 'credential'>): string {
  switch (credential.kind) {
    case 'id-token':
      return 'its ID token';
    case 'exchange':
      return 'an ID token exchanged by hand';
    case 'variable':
      return credential.keys.join(', ');
    case 'literal':
      return 'a token in the file';
    case 'unknown':
      return 'a credential that cannot be told';
  }
}
