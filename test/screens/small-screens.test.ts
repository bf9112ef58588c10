import { describe, expect, it } from 'vitest';
import { publisherPage } from '../../src/indexes/publisher-page.ts';
import type { PublisherPage } from '../../src/plan/settings/publisher.ts';
import { briefText } from '../../src/screens/fields.ts';
import { labelled } from '../../src/screens/first-screen.ts';
import { formView } from '../../src/screens/publisher-form.ts';
import { makePaint } from '../../src/terminal/paint.ts';
import { type SourcedRow, sourcedTable } from '../../src/terminal/table.ts';
import { widthOf, wrapLine } from '../../src/terminal/width.ts';

const paint = makePaint(false);

describe('long advice on the first screen', () => {
  const advice = Array.from({ length: 60 }, (_, at) => `word${at}`).join(' ');

  it('takes at most its rows, each within 80 columns, and says where the rest is', () => {
    const rows = labelled('Advice', advice, { paint, columns: 80 }, 5);
    expect(rows).toHaveLength(5);
    expect(rows.filter((row) => widthOf(row) > 80)).toEqual([]);
    expect(rows[0]).toMatch(/^Advice {3}word0 /);
    expect(rows.at(-1)).toBe(`${' '.repeat(9)}… (more in the details)`);
  });

  it('stands whole behind its label at 40 columns', () => {
    expect(labelled('Advice', advice, { paint, columns: 40 }, 5)).toEqual([`Advice: ${advice}`]);
  });
});

describe("a publisher's page", () => {
  const fields = {
    projectName: 'tidewatch',
    namespace: 'harbour/instruments',
    project: 'tidewatch',
    workflowFilepath: '.gitlab-ci.yml',
    environment: 'release',
  };
  const house = 'https://gitlab.harbour.example';

  it.each([
    ['of a project that exists', 'pypi', { exists: true }],
    ['of a project that exists, for another GitLab', 'pypi', { exists: true, issuer: house }],
    ['of a pending publisher', 'testpypi', { exists: false }],
    ['of a pending publisher of an organization', 'testpypi', { exists: false, issuer: house }],
  ] as const)('%s fits into 24 rows of 80 columns, with its question below', (_, id, circumstances) => {
    const index = { id, url: `https://${id === 'pypi' ? '' : 'test.'}pypi.org`, official: true };
    const page = { ...publisherPage(index, fields, circumstances), index, fields } as PublisherPage;
    const steps = [...page.account.short, ...page.form.short];
    const lines = formView(page, steps, { paint, columns: 80 });
    const rows = lines.flatMap((line) => wrapLine(line, 80).split('\n')).length;
    const [heading, address, question] = [1, Math.ceil((page.url.length + 2) / 80), 10];
    expect(heading + address + rows + question).toBeLessThanOrEqual(24);
  });
});

describe('the facts', () => {
  const rows: SourcedRow[] = [
    ['Token', 'personal (api), until 2099-01-01', 'GITLAB_TOKEN'],
    ['Default branch', 'main', 'GitLab'],
    ['Build backend', 'hatchling.build', 'pyproject.toml [build-system]'],
    ['Project', `group/${'long'.repeat(40)}\u001B[31m\nred`, 'git remote origin'],
  ];

  it('keep their columns at 80, and whatever is longer has its source below', () => {
    const lines = sourcedTable(rows, { paint, columns: 80 });
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
    expect(lines).toContain('  Token           personal (api), until 2099-01-01');
    expect(lines).toContain(`${' '.repeat(18)}GITLAB_TOKEN`);
  });

  it('show control characters of a name as text', () => {
    expect(sourcedTable(rows, { paint, columns: 200 }).join('')).not.toMatch(/\p{Cc}/u);
  });

  it('stand below their labels at 40 columns', () => {
    expect(sourcedTable(rows.slice(0, 1), { paint, columns: 40 })).toEqual([
      '  Token (GITLAB_TOKEN)',
      '    personal (api), until 2099-01-01',
    ]);
  });
});

it('a new variable in the plan has its flags, and not its name twice', () => {
  const field = { of: 'variable', key: 'UV_PUBLISH_TOKEN' } as const;
  expect(briefText({ field, current: null, wanted: 'protected and masked' })).toBe('protected and masked');
});
