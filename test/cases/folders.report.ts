import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../support/pipeline/what-happens.ts';
import { type Outcome, type Situation, trySituation } from './try-case.ts';

/**
 * Tries projects in folders: each has `input/`, and `EXPECT.md` names the folders for -C. CASES is one such folder, or
 * one that contains many; results are written to RESULTS, one text per case.
 */
const place = process.env.CASES ?? '';
const results = process.env.RESULTS ?? 'case-results';
const isCase = (folder: string) => existsSync(join(folder, 'input'));
const folders =
  place === '' ? [] : isCase(place) ? [place] : readdirSync(place).map((name) => join(place, name));

describe.concurrent('the cases in folders', () => {
  it.each(folders.filter(isCase))('%s', async (folder) => {
    const tries = situationsOf(folder);
    const texts: string[] = [];
    for (const situation of tries) texts.push(textOf(situation, await trySituation(situation)));
    await mkdir(results, { recursive: true });
    const path = join(results, `${basename(folder)}.txt`);
    await writeFile(path, texts.join('\n\n==== and in a fresh copy ====\n\n'));
    if (process.env.SHOW) console.log(texts.join('\n'));
    expect(texts).toHaveLength(tries.length);
  });
});

function situationsOf(folder: string): Situation[] {
  const files = filesIn(join(folder, 'input'));
  const said = existsSync(join(folder, 'EXPECT.md')) ? readFileSync(join(folder, 'EXPECT.md'), 'utf8') : '';
  const named = [...said.matchAll(/-C ([\w./-]+)/g)].map(([, name]) => name as string);
  const directories = process.env.DIRECTORIES?.split(',') ?? [...new Set(named)];
  if (/fresh copy/.test(said)) return [{ files }, ...directories.map((it) => ({ files, directories: [it] }))];
  const quick =
    process.env.OCCASIONS === undefined
      ? {}
      : { occasions: process.env.OCCASIONS.split(',').filter(Boolean) as never };
  return [directories.length === 0 ? { files, ...quick } : { files, directories, ...quick }];
}

function filesIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

function textOf({ directories = ['.'] }: Situation, outcome: Outcome): string {
  return [
    ...outcome.starts.flatMap(({ directory, exitCode, report, stdout, stderr }) => [
      `# setup --yes --route trusted -C ${directory}: exit code ${exitCode}`,
      ...(report.error
        ? [`error ${report.error.code}: ${report.error.message}\n  ${report.error.hint}`]
        : []),
      ...(report.settings.length === 0 && !report.error ? [stdout + stderr] : []),
      ...report.settings
        .filter(({ id, state }) => /pyproject|pipeline|leftover/.test(id) || /unknown|manual/.test(state))
        .map(
          ({ id, state, outcome: came, message, ...rest }) =>
            `${id}: ${state}, ${came ?? '-'}: ${message}${'manual' in rest && rest.manual ? `\n--- to do by hand:\n${rest.manual}\n---` : ''}`,
        ),
    ]),
    `\n# Occasions\n${outcome.starts.flatMap(({ report }) => ((report as never as { occasions?: object[] }).occasions ?? []).map((it) => JSON.stringify(it))).join('\n')}`,
    `\n# Differences\n${outcome.starts.flatMap(({ report }) => report.settings.filter(({ id }) => /pipeline|pyproject/.test(id)).flatMap((it) => ((it as never as { differences?: object[] }).differences ?? []).map((d) => JSON.stringify(d)))).join('\n')}`,
    `\n# The same ${directories.length} start(s) again: ${outcome.diffAgain === '' ? 'change nothing' : `CHANGE SOMETHING\n${outcome.diffAgain}`}`,
    `\n# Difference\n${outcome.diff || '(none)'}`,
    `\n# What happens, before\n${tableOf(outcome.before)}`,
    `\n# What happens, after\n${outcome.diff === '' ? '(the same)' : tableOf(outcome.after)}`,
    '',
  ].join('\n');
}

function tableOf(happenings: Outcome['before']): string {
  if ('error' in happenings) return String(happenings.error);
  return Object.entries(happenings as Record<string, Happening>)
    .map(([occasion, { jobs, problems, did }]) => {
      const started = jobs.map(({ name, when }) => `${name}${when === 'on_success' ? '' : ` (${when})`}`);
      return [
        `${occasion}: ${started.join(', ') || '-'}`,
        ...problems.map((it) => `    GitLab refuses: ${it}`),
        ...(did?.uploads ?? []).map(
          ({ job, start, index, files, credential, environment }) =>
            `    ${index} <- ${files.join(' ')} from ${job}${start === 'on_success' ? '' : ` (${start})`} by ${credential}${environment ? ` in ${environment}` : ''}`,
        ),
        ...(did?.others ?? []).map(({ job, what }) => `    ${job}: ${what}`),
        ...(did?.failures ?? []).map(
          ({ job, output }) => `    FAILS ${job}: ${output.trim().split('\n').slice(-4).join(' | ')}`,
        ),
        ...(did?.skipped.length ? [`    skipped: ${did.skipped.join(', ')}`] : []),
      ].join('\n');
    })
    .join('\n');
}
