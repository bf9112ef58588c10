import { describe, expect, it } from 'vitest';
import { briefText } from '../../src/screens/fields.ts';
import { labelled } from '../../src/screens/first-screen.ts';
import { makePaint } from '../../src/terminal/paint.ts';
import { type SourcedRow, sourcedTable } from '../../src/terminal/table.ts';
import { widthOf } from '../../src/terminal/width.ts';

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
