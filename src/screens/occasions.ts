import { reasonOfDifference } from '../plan/judgement-words.ts';
import { isSame, type OccasionRow, occasionRows, type ReportedUpload } from '../plan/occasions.ts';
import type { ProjectEdit } from '../plan/project-edit.ts';
import type { Situation } from '../plan/settings/setting.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Output, Screen } from '../terminal/terminal.ts';
import { padTo, widthOf } from '../terminal/width.ts';

/** The table with its heading; nothing where nothing is uploaded, or the pipeline cannot be read here. */
export function whatHappensWhen(
  { verdicts, goal }: Pick<Situation, 'verdicts' | 'goal'>,
  screen: Screen,
): string[] {
  const rows = occasionRows(verdicts, goal);
  if (rows.length === 0) return [];
  return [screen.paint.bold('What happens when'), ...occasionsView(rows, verdicts.told, screen), ''];
}

/** Prints the table. */
export function showOccasions(
  terminal: Output & Screen,
  situation: Pick<Situation, 'verdicts' | 'goal'>,
): void {
  terminal.print(...whatHappensWhen(situation, terminal));
}

/** What is uploaded on each occasion, with what it was where that is different. */
function occasionsView(rows: OccasionRow[], told: ProjectEdit['told'], screen: Screen): string[] {
  const { paint } = screen;
  const width = Math.max(0, ...rows.map(({ occasion }) => widthOf(occasion)));
  const lines = rows.flatMap((row) => {
    const label = `  ${paint.dim(padTo(oneLine(row.occasion), width))}  `;
    const now = `${label}${paint.plain(oneLine(uploadsText(row.after)))}`;
    if (isSame(row)) return [now];
    return [now, `${' '.repeat(width + 4)}${paint.dim(oneLine(`was: ${uploadsText(row.before)}`))}`];
  });
  const others = told.filter(({ kind }) => !shownInRows.has(kind)).map(reasonOfDifference);
  return [...lines, ...[...new Set(others)].map((text) => `  ${paint.yellow(oneLine(`Note: ${text}.`))}`)];
}

/** Differences that can be seen in the rows themselves. */
const shownInRows: ReadonlySet<string> = new Set([
  'upload-added',
  'upload-lost',
  'start-changed',
  'files-changed',
  'version-changed',
  'job-lost',
]);

function uploadsText(uploads: ReportedUpload[]): string {
  return uploads.length === 0 ? 'nothing is uploaded' : uploads.map(uploadText).join('; ');
}

function uploadText({ index, job, credential, start, version }: ReportedUpload): string {
  const to = indexNames[index] ?? index;
  const by =
    credential === 'id-token' ? 'ID token' : credential === 'exchange' ? 'ID token by hand' : credential;
  return `${version} to ${to} by '${job}' (${by}${startWords[start] ?? `, ${start}`})`;
}

const indexNames: Record<string, string> = {
  pypi: 'PyPI',
  testpypi: 'TestPyPI',
  registry: "GitLab's registry",
};

const startWords: Record<string, string> = {
  auto: '',
  manual: ', started by hand',
  approval: ', after an approval',
  delayed: ', after a delay',
  'on-failure': ', after a failure',
};
