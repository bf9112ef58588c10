import { describe, expect, it } from 'vitest';
import type { allOccasions, Happening } from '../support/pipeline/what-happens.ts';
import { hasPythonModule } from '../support/tools.ts';
import { type Outcome, type Situation, trySituation } from './try-case.ts';

type OccasionName = keyof typeof allOccasions;

/** A situation and its correct result. */
export interface Judged extends Omit<Situation, 'occasions'> {
  /**
   * Exactly the expected uploads per occasion: 'pypi 1.2.3 by id-token', with ' (manual)' if someone has to start the
   * job. `*` matches any version, a trailing `?` marks what may be missing, `manual?` allows either start.
   */
  happens: Partial<Record<OccasionName, string[]>>;
  /** A refusal is correct too, if both files are left alone and the output matches this. */
  refusal?: RegExp;
  /** What else is wrong, in words; empty if all is well. */
  wrong?: (outcome: Outcome) => (string | false | undefined)[];
  /** Jobs that cannot run with the stand-ins, neither before nor after. */
  mayFail?: string[];
}

/** One test per situation. The job that checks what was built runs by the real Python, with what uv would install for it. */
export function judgeAll(situations: Record<string, Judged>): void {
  describe
    .skipIf(!hasPythonModule('packaging'))
    .concurrent('a user whose project has', { timeout: 900_000 }, () => {
      for (const [name, situation] of Object.entries(situations)) {
        it(name, async () => {
          const occasions = Object.keys(situation.happens) as OccasionName[];
          expect(complaintsAbout(situation, await trySituation({ ...situation, occasions }))).toEqual([]);
        });
      }
    });
}

function complaintsAbout(situation: Judged, outcome: Outcome): string[] {
  const again = outcome.diffAgain === '' ? [] : [`the same start changes again:\n${outcome.diffAgain}`];
  if (outcome.diff === '' && situation.refusal) {
    if (situation.refusal.test(said(outcome))) return again;
    return [`it refuses without naming ${situation.refusal}:\n${said(outcome)}`, ...again];
  }
  const { before, after } = outcome;
  const unread = [before, after].find((it) => 'error' in it);
  if (unread) return [String(unread.error)];
  const happened = Object.entries(situation.happens).flatMap(([occasion, wanted]) =>
    complaintsOn(
      occasion,
      wanted ?? [],
      (before as Record<string, Happening>)[occasion] as Happening,
      (after as Record<string, Happening>)[occasion] as Happening,
      situation.mayFail ?? [],
    ),
  );
  const others = (situation.wrong?.(outcome) ?? []).filter((it): it is string => typeof it === 'string');
  return [...happened, ...others, ...again];
}

/** Everything that the program says about the files. */
export function said({ starts }: Outcome): string {
  return starts
    .map(({ report, stderr }) => {
      const about = report.settings.filter(({ id }) => /pyproject|pipeline|leftover|environment/.test(id));
      return [JSON.stringify(report.error ?? ''), JSON.stringify(about), stderr].join('\n');
    })
    .join('\n');
}

function complaintsOn(
  occasion: string,
  wanted: string[],
  before: Happening,
  after: Happening,
  mayFail: string[],
): string[] {
  const rest = uploadsOf(after);
  const missing = wanted.filter((one) => {
    const place = rest.findIndex((it) => patternOf(one).test(it));
    if (place >= 0) rest.splice(place, 1);
    return place < 0 && !one.endsWith('?');
  });
  const failures = (after.did?.failures ?? []).filter(
    ({ job }) => !mayFail.includes(job) && !before.did?.failures.some((it) => it.job === job),
  );
  return [
    ...missing.map((it) => `${occasion}: missing is ${it}`),
    ...rest.map((it) => `${occasion}: too much is ${it}`),
    ...after.problems.map((it) => `${occasion}: ${it}`),
    ...failures.map(({ job, output }) => `${occasion}: ${job} fails: ${output.slice(-300)}`),
  ];
}

/** 'pypi 1.2.3 by id-token (manual)', one per job, index and version. */
export function uploadsOf({ did }: Happening): string[] {
  return (did?.uploads ?? []).map(({ index, files, credential, start }) => {
    const versions = new Set(files.map((it) => /-(\d[^-]*?)(?:\.tar\.gz|-.*\.whl)$/.exec(it)?.[1] ?? it));
    const where = index === 'pypi' || index === 'testpypi' ? index : 'another';
    return `${where} ${[...versions].join('+')} by ${credential}${start === 'manual' ? ' (manual)' : ''}`;
  });
}

function patternOf(wanted: string): RegExp {
  const escaped = wanted.replace(/\?$/, '').replace(/[.()+?]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '\\S+').replace(' \\(manual\\?\\)', '( \\(manual\\))?')}$`);
}

/** An occasion's jobs that started. */
export function jobsOn(outcome: Outcome, when: 'before' | 'after', occasion: OccasionName): string[] {
  return ((outcome[when] as Record<string, Happening>)[occasion]?.jobs ?? []).map(({ name }) => name);
}

/** An occasion's requests, pushes and bumps. */
export function othersOn(outcome: Outcome, when: 'before' | 'after', occasion: OccasionName): string[] {
  const happening = (outcome[when] as Record<string, Happening>)[occasion];
  return (happening?.did?.others ?? []).map(({ what }) => what);
}

/** The files that an occasion uploads to an index. */
export function filesOn(outcome: Outcome, occasion: OccasionName, index: string): string[] {
  const uploads = (outcome.after as Record<string, Happening>)[occasion]?.did?.uploads ?? [];
  return uploads
    .filter((it) => it.index === index)
    .flatMap(({ files }) => files)
    .sort();
}
