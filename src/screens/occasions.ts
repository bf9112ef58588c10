import { reasonsOf } from '../plan/judgement-words.ts';
import { isSame, type OccasionRow, occasionRows, type ReportedUpload } from '../plan/occasions.ts';
import type { ProjectEdit } from '../plan/project-edit.ts';
import type { Situation } from '../plan/settings/setting.ts';
import { oneLine } from '../terminal/escape.ts';
import { hangingRows } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';
import { widthOf } from '../terminal/width.ts';
import { namesText } from '../text/text.ts';

/** The whole table with its heading; nothing where nothing is uploaded, or the pipeline cannot be read here. */
export function whatHappensWhen(situation: Situation, screen: Screen): string[] {
  const rows = occasionRows(situation);
  if (rows.length === 0) return [];
  return [
    screen.paint.bold('What happens when'),
    ...rowsView(rows, screen),
    ...toldView(situation.verdicts, screen),
    '',
  ];
}

/** How many occasions are listed where the plan is confirmed. */
const mostOccasions = 8;

/** The same in few rows: occasions on which something is published, or was. */
export function occasionsInBrief(situation: Situation, screen: Screen): string[] {
  const rows = occasionRows(situation).filter(({ before, after }) => before.length + after.length > 0);
  if (rows.length === 0) return [];
  const more = rows.length - mostOccasions;
  return [
    screen.paint.bold('What happens when'),
    ...rowsView(rows.slice(0, mostOccasions), screen),
    ...(more > 0 ? [`  ${screen.paint.dim(`and ${more} more`)}`] : []),
    ...toldView(situation.verdicts, screen),
  ];
}

/** With fewer columns beside them, uploads stand below their occasion. */
const leastRoom = 20;

/** What is uploaded on each occasion, with what was uploaded before where that is something else. */
function rowsView(rows: OccasionRow[], { paint, columns }: Screen): string[] {
  const width = Math.max(0, ...rows.map(({ occasion }) => widthOf(occasion)));
  return rows.flatMap((row) => {
    const isNews = !isSame(row) && row.before.length > 0;
    const was = isNews ? [{ text: oneLine(`was: ${uploadsText(row.before)}`), brush: paint.dim }] : [];
    return hangingRows(
      { text: oneLine(row.occasion), brush: paint.dim },
      [{ text: oneLine(uploadsText(row.after)), brush: paint.plain }, ...was],
      { columns, width, room: leastRoom },
    );
  });
}

function toldView({ told }: Pick<ProjectEdit, 'told'>, { paint }: Screen): string[] {
  const others = told.filter(({ kind }) => !shownInRows.has(kind));
  return reasonsOf(others).map((text) => `  ${paint.yellow(oneLine(`Note: ${text}.`))}`);
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

/** Uploads in words. */
export function uploadsText(uploads: ReportedUpload[]): string {
  return uploads.length === 0 ? 'nothing is published' : uploads.map(uploadText).join('; ');
}

function uploadText({ index, job, credential, start, gates = [], version }: ReportedUpload): string {
  const to = indexNames[index] ?? index;
  const by =
    credential === 'id-token' ? 'ID token' : credential === 'exchange' ? 'ID token by hand' : credential;
  const first =
    gates.length === 0 ? '' : `, once ${namesText(gates)} ${gates.length > 1 ? 'are' : 'is'} started by hand`;
  const when = first !== '' && start === 'manual' ? '' : (startWords[start] ?? `, ${start}`);
  return `${version} to ${to} by '${job}' (${by}${when}${first})`;
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
