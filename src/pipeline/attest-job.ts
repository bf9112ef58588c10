import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../kernel/own-value.ts';
import { UnsafeEdit } from '../text/result.ts';
import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../text/yaml/document.ts';
import { hasOwn, removeYaml } from '../text/yaml/draft.ts';
import { type Check, inheritsLittle, noReports, repairJob, variableChecks } from './check.ts';
import { jobOf, note, type PipelineEdit, seen } from './edit.ts';
import type { PipelineGoal } from './pipeline-goal.ts';
import { extraChecks } from './publishing/checks.ts';
import { kindOf } from './recognise/commands.ts';
import { imageOf } from './recognise/image.ts';
import { flat, lines, scriptItems, sourcesOf, visibleJobs } from './recognise/jobs.ts';
import { adverse, letsThrough } from './recognise/rules.ts';
import { takeApart } from './recognise/shell.ts';
import { runsWhenPublished } from './runs-when.ts';
import { attestationPaths, attestLines, type Surroundings, signCommand } from './template.ts';

/** Repairs the job that signs what was checked; takes it out where no attestations are wanted any more. */
export function repairAttestJob(edit: PipelineEdit): void {
  const { goal, around, draft } = edit;
  const name = around.attestJob;
  const there = ownValue(seen(edit), name);
  if (there === undefined) {
    if (goal.attest) edit.notes.push(outage(name));
    return;
  }
  if (!goal.attest) {
    removeSigner(edit, name);
    return;
  }
  if (!isYamlTable(ownValue(draft.data, name)))
    throw new UnsafeEdit(`the job '${name}' that signs is defined in an included file`);
  if (jobOf(edit, name).parallel !== undefined)
    throw new UnsafeEdit(`the job '${name}' signs several times in parallel`);
  repairJob(edit, { name, home: name }, attestLines(goal, around), [
    ...extraChecks,
    ...attestChecks(goal, around),
  ]);
}

const outage = (name: string) =>
  `Releases then depend on Sigstore: while it is down, the job '${name}' fails before anything is published. Retry the job later; to publish without attestations, run 'npx gitlab-to-pypi --no-attest', commit, and tag again.`;

/** Invariants of the job that signs: it holds Sigstore's token alone, and hands on attestations alone. */
function attestChecks(goal: PipelineGoal, around: Surroundings): Check[] {
  return [
    { path: ['image'], holds: (job) => /\buv:\d/.test(imageOf(job)) },
    ...inheritsLittle(around),
    { path: ['environment'], holds: (job) => job.environment === undefined, repair: remove('environment') },
    {
      path: ['dependencies'],
      holds: (job) => job.dependencies === undefined,
      repair: remove('dependencies'),
    },
    { path: ['needs'], holds: (job) => isDeepStrictEqual(needsOf(job), [around.checkJob]) },
    ...variableChecks([
      // On a runner that keeps its folder, an older attestation would be in the way.
      ['GIT_STRATEGY', 'empty'],
      ['UV_NO_CONFIG', '1'],
      ['UV_NO_CACHE', '1'],
    ]),
    { path: ['timeout'], holds: (job) => job.timeout !== undefined },
    {
      path: ['id_tokens'],
      holds: (job) => isDeepStrictEqual(job.id_tokens, { SIGSTORE_ID_TOKEN: { aud: 'sigstore' } }),
    },
    {
      path: ['script'],
      holds: (job) => isDeepStrictEqual(lines(job.script).map(anyVersion), [anyVersion(signCommand(around))]),
    },
    {
      path: ['artifacts', 'paths'],
      holds: (job) =>
        isDeepStrictEqual(lines(valueAt(job, ['artifacts', 'paths'])), attestationPaths(around)),
    },
    noReports,
    { path: ['rules'], holds: (job) => signsWhereItShould(job, goal, around) },
  ];
}

const needsOf = ({ needs = null }: YamlTable) => sourcesOf({ needs });

/** A newer version is no drift. */
const anyVersion = (command: string) =>
  command.trim().replace(/(?<=^uvx --exclude-newer )[\d-]+ (--from pypi-attestations==)[\d.]+(?=\s)/, '$1');

/** Whenever something is published, and only for protected refs of this project. */
function signsWhereItShould(job: YamlTable, goal: PipelineGoal, around: Surroundings): boolean {
  if (job.rules === undefined || !runsWhenPublished(job, goal, around)) return false;
  return !adverse.some((occasion) => letsThrough(flat(job.rules), occasion, goal) !== false);
}

function remove(key: string): NonNullable<Check['repair']> {
  return (edit, { name }, job) => {
    if (!hasOwn(edit.draft, [name, key]))
      throw new UnsafeEdit(`the job '${name}' that signs has its '${key}' from another one`);
    note(edit, [name, key], job[key], null);
    removeYaml(edit.draft, [name, key]);
  };
}

/** Without a publishing job that takes the attestations, signing could only hold up a release. */
function removeSigner(edit: PipelineEdit, name: string): void {
  if (!signsAlone(edit, name)) {
    edit.notes.push(`The job '${name}' still signs, but its attestations are not published.`);
    return;
  }
  const user = visibleJobs(seen(edit)).find(({ value }) => sourcesOf(value).includes(name));
  if (user !== undefined)
    throw new UnsafeEdit(`the job '${user.name}' takes what '${name}' signs, and nothing is to be signed`);
  note(edit, [name], 'a job that signs dist/', null);
  removeYaml(edit.draft, [name]);
}

/** Whether a job of this file does nothing but sign; one of the name may not even do that. */
function signsAlone({ draft, included }: PipelineEdit, name: string): boolean {
  if (!hasOwn(draft, [name])) return false;
  const kinds = scriptItems(jobOf({ draft, included }, name)).flatMap((item) => {
    const taken = takeApart(item);
    return taken.kind === 'commands' ? taken.commands.map(kindOf) : ['other' as const];
  });
  return kinds.includes('signature') && kinds.every((it) => /^(?:signature|install|harmless)$/.test(it));
}
