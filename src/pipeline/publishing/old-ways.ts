import { isCredentialName, tokenKeys } from '../../indexes/upload-variables.ts';
import { UnsafeEdit } from '../../text/result.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { changeComment, hasOwn, ownAt, removeYaml, reread } from '../../text/yaml/draft.ts';
import { staleComments } from '../../text/yaml/splices.ts';
import { jobOf, note, type PipelineEdit, seen } from '../edit.ts';
import { isRedirecting, othersUpload, redirectingGlobals } from '../globals.ts';
import { tokenVariable } from '../pipeline-goal.ts';
import { lines, parentsOf, scriptOf } from '../recognise/jobs.ts';
import { variablesRead } from '../recognise/shell.ts';

/** Variables that are still needed although they look like the old ones. */
const needed = /^TWINE_NON_INTERACTIVE$/;

/** Variables for a checkout, or for tools that the job no longer runs. */
const unused = {
  uv: /^(?:GIT_(?!STRATEGY$)|PIP_|PIPENV_|POETRY_|TWINE_|DOCKER_|CIBW_)/,
  twine: /^(?:GIT_(?!STRATEGY$)|PIP_|PIPENV_|POETRY_|DOCKER_|CIBW_)/,
};

/** Removes what only the old way of publishing used: tokens, URLs, and the shared script. */
export function clearOldWays(
  edit: PipelineEdit,
  names: string[],
  shared: string[],
  before: YamlTable[],
): void {
  const { draft } = edit;
  for (const base of shared) clearBase(edit, base, names);
  for (const holder of [...names, ...shared]) clearTokens(edit, holder);
  const read = new Set(before.flatMap((job) => variablesRead(JSON.stringify({ ...job, variables: null }))));
  const removed = new Set<string>();
  for (const holder of [...names, ...shared]) {
    for (const key of staleVariables(edit, holder, names, read)) {
      if (!hasOwn(draft, [holder, 'variables', key])) continue;
      note(edit, [holder, 'variables', key], valueAt(draft.data, [holder, 'variables', key]), null);
      removeYaml(draft, [holder, 'variables', key]);
      removed.add(key);
    }
  }
  // The comments of PyPI's own example: https://docs.pypi.org/trusted-publishers/using-a-publisher/#gitlab-cicd
  if (before.some((job) => scriptOf(job).includes('mint-token')))
    for (const word of ['minted', 'testpypi', 'TestPyPI']) removed.add(word);
  clearGlobals(edit, names);
  for (const name of names) refuseRedirected(edit, name);
  noteUnreadTokens(edit, before);
  noteUnusedJobs(edit);
  for (const holder of [...names, ...shared]) clearComments(edit, holder, removed);
}

function clearComments({ draft }: PipelineEdit, holder: string, removed: ReadonlySet<string>): void {
  let stale = staleComments(reread(draft), holder, removed);
  while (stale !== undefined) {
    changeComment(draft, stale);
    stale = staleComments(reread(draft), holder, removed);
  }
}

/** A value from a shared parent cannot be removed for one job, and an empty one would be used as well. */
function refuseRedirected(edit: PipelineEdit, name: string): void {
  const { variables } = jobOf(edit, name);
  const own = edit.goal.publishWith === 'uv' ? /^UV_/ : /^TWINE_/;
  const left = Object.keys(variables ?? {}).find((key) => isRedirecting(key) && own.test(key));
  if (left === undefined) return;
  throw new UnsafeEdit(
    `the variable '${left}' of the job '${name}' comes from a job that others extend as well, and ${edit.goal.publishWith} would use it in place of what it is to have`,
  );
}

/** Reports credentials in project or group settings that nothing in the file reads any more. */
function noteUnreadTokens({ draft, notes, goal }: PipelineEdit, before: YamlTable[]): void {
  const set = new Set(
    before.flatMap(({ variables }) => (isYamlTable(variables) ? Object.keys(variables) : [])),
  );
  const left = new Set(variablesRead(JSON.stringify(draft.data)));
  const gone = [...new Set(variablesRead(JSON.stringify(before)))].filter(
    (key) =>
      isCredentialName(key) &&
      !/_ID_TOKEN$/.test(key) &&
      !set.has(key) &&
      !left.has(key) &&
      !(goal.route === 'token' && key === tokenKeys[goal.publishWith]),
  );
  if (gone.length === 0) return;
  const way = goal.route === 'token' ? 'with the new variable' : 'by the Trusted Publisher';
  const [variables, tokens] = gone.length > 1 ? ['variables', 'tokens'] : ['variable', 'token'];
  notes.push(
    `Nothing in the file reads ${gone.join(' or ')} any more: after the first release ${way}, delete the CI/CD ${variables} and revoke the ${tokens} on the index.`,
  );
}

/** Reports hidden jobs of the file that only the old way used. Another file may use them, so they stay. */
function noteUnusedJobs({ draft, original, notes }: PipelineEdit): void {
  const [usedBefore, usedNow] = [original, draft.data].map((data) => {
    const parents = new Set(Object.values(data).flatMap(parentsOf));
    const text = JSON.stringify(data);
    return (name: string) => parents.has(name) || text.includes(`"!reference":["${name}"`);
  });
  for (const name of Object.keys(draft.data))
    if (name.startsWith('.') && usedBefore?.(name) && !usedNow?.(name))
      notes.push(`No job in the file uses '${name}' any more: delete it unless another file does.`);
}

/** Removes a script that every job now has itself. */
function clearBase({ draft }: PipelineEdit, base: string, names: string[]): void {
  const own = (name: string) => isYamlTable(draft.data[name]) && draft.data[name];
  const users = names.map(own);
  const holdsMore = Object.keys(draft.data[base] ?? {}).length > 1;
  if (holdsMore && users.every((job) => job && job.script !== undefined)) removeYaml(draft, [base, 'script']);
}

/** Variables that look like credentials, or that only the old commands read. */
function staleVariables(
  edit: PipelineEdit,
  holder: string,
  names: string[],
  read: ReadonlySet<string>,
): string[] {
  const variables = valueAt(edit.draft.data, [holder, 'variables']);
  if (!isYamlTable(variables)) return [];
  const jobs = names.map((name) => jobOf(edit, name));
  const stillRead = new Set(
    jobs.flatMap((job) => variablesRead(JSON.stringify({ ...job, variables: null }))),
  );
  const isStale = (key: string) => !stillRead.has(key) && (isCredentialName(key) || read.has(key));
  const isUnused = (key: string) => !stillRead.has(key) && unused[edit.goal.publishWith].test(key);
  return Object.keys(variables).filter(
    (key) => isRedirecting(key) || isUnused(key) || (!needed.test(key) && isStale(key)),
  );
}

/** Removes ID tokens other than the index's own, which nothing reads any more; all of them on the token route. */
function clearTokens(edit: PipelineEdit, holder: string): void {
  const { draft, publishing, goal } = edit;
  const tokens = ownAt(draft, [holder, 'id_tokens']);
  if (!isYamlTable(tokens)) return;
  const users = publishing.filter(
    ({ name }) => name === holder || !publishing.some((it) => it.name === holder),
  );
  for (const [key, token] of Object.entries(tokens)) {
    const audience = isYamlTable(token) ? token.aud : undefined;
    const right =
      goal.route !== 'token' &&
      users.every(({ index }) => tokenVariable(index.audience) === key && index.audience === audience);
    if (right) continue;
    note(edit, [holder, 'id_tokens', key], lines(audience), null);
    removeYaml(draft, [holder, 'id_tokens', key]);
  }
}

/** Removes global credentials if no other job uploads anything, else hides them from the publishing jobs. */
function clearGlobals(edit: PipelineEdit, names: string[]): void {
  const { draft } = edit;
  for (const key of othersUpload(seen(edit), names) ? [] : redirectingGlobals(seen(edit))) {
    if (!hasOwn(draft, ['variables', key])) continue;
    note(edit, ['variables', key], valueAt(draft.data, ['variables', key]), null);
    removeYaml(draft, ['variables', key]);
  }
}
