import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/kernel/errors.ts';
import { editPipeline, readPipeline } from '../../src/pipeline/index.ts';
import { officialIndexes } from '../../src/pipeline/recognise/uploads.ts';
import { readPythonProject } from '../../src/python/python-project.ts';
import { versionFromVcs } from '../../src/python/versions/index.ts';
import { goalWith } from '../pipeline/pipeline-goal.ts';

const each = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('');
const upload = 'a:\n  script: twine upload dist/*\n';

/** Pipeline files made to hang or crash whoever reads them, and whether they can be read. */
const pipelines: Record<string, [text: string, isReadable: boolean]> = {
  'with nine levels of nine aliases': [
    `a0: &a0 [x, x]\n${each(9, (at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(', ')}]\n`)}`,
    false,
  ],
  'with mappings that are merged twice on 25 levels': [
    `a0: &a0 {k: v}\n${each(25, (at) => `a${at + 1}: &a${at + 1}\n  <<: [*a${at}, *a${at}]\n`)}`,
    false,
  ],
  'with a list of ten thousand used a thousand times': [
    `.a: &a\n${each(10_000, (at) => `  - item ${at}\n`)}${each(1000, (at) => `j${at}: {script: *a}\n`)}`,
    false,
  ],
  'with a mapping of ten thousand merged a thousand times': [
    `.a: &a\n${each(10_000, (at) => `  k${at}: v\n`)}${each(1000, (at) => `j${at}:\n  <<: *a\n`)}`,
    false,
  ],
  'with a long text used a thousand times': [
    `.a: &a "${'x '.repeat(50_000)}"\n${each(1000, (at) => `j${at}: {script: *a}\n`)}`,
    false,
  ],
  'with an alias inside its own anchor': ['a: &a\n  b: *a\n', false],
  'with a list inside itself': ['a: &a [*a]\n', false],
  'with a mapping merged into itself': ['a: &a\n  <<: *a\n  script: x\n', false],
  'with ten thousand brackets': [`a: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`, false],
  'with five thousand mappings in one another': [`${each(5000, (at) => `${' '.repeat(at)}a:\n`)}`, false],
  'with jobs that extend two others each': [
    each(1000, (at) => `j${at}:\n  extends: [j${at + 1}, j${at + 2}]\n  script: x\n`),
    true,
  ],
  'with jobs that extend each other': ['a:\n  extends: b\nb:\n  extends: [a, b]\n', true],
  'with references that are four each on thirty levels': [
    `${each(
      30,
      (at) =>
        `j${at}:\n  script: [${Array(4)
          .fill(`!reference [j${at + 1}, script]`)
          .join(', ')}]\n`,
    )}`,
    true,
  ],
  'with a line of blanks': [`a:\n  script: [x${' '.repeat(300_000)}y]\n`, true],
  'with a megabyte of text': [`a:\n  script: ["${'x '.repeat(500_000)}"]\n`, true],
  'with a hundred thousand empty lines': [`${'\n'.repeat(100_000)}a:\n  script: x\n`, true],
  'with ten thousand duplicate keys': [each(10_000, () => 'a: {script: x}\n'), true],
  'with endless upload options': [`a:\n  script: twine upload ${'-r x '.repeat(50_000)}\n`, true],
  'with twenty thousand brackets in a condition': [
    `${upload}  rules:\n    - if: '${'('.repeat(20_000)}'\n`,
    true,
  ],
  'with twenty thousand conditions in one': [
    `${upload}  rules:\n    - if: '${'$A && '.repeat(20_000)}$B'\n`,
    true,
  ],
  'with fifty thousand empty lines in a script': [
    `a:\n  script:\n    - |\n      twine upload${'\n      '.repeat(50_000)}x\n`,
    true,
  ],
  'with a line that installs fifty thousand times': [
    `a:\n  script:\n    - ${'pip install '.repeat(50_000)}x\n    - twine upload dist/*\n`,
    true,
  ],
  'with patterns that take an ordinary engine hours': [
    each(
      100,
      (at) =>
        `j${at}:\n  script: twine upload dist/*\n  rules:\n    - if: '"${'a'.repeat(40 + at)}!" =~ /^(a|a)+$/'\n`,
    ),
    true,
  ],
  'with variables that double each other': [
    `variables:\n${each(40, (at) => `  V${at}: $V${at + 1}$V${at + 1}\n`)}${upload.replace('dist', '-r $V0 dist')}`,
    true,
  ],
  'with names of built-in JavaScript properties': [
    '__proto__:\n  script: x\nconstructor:\n  script: x\ntoString: {a: 1}\n',
    true,
  ],
  'that refers to built-in JavaScript properties': [
    `${upload}  extends: [constructor, __proto__]\n  only: [valueOf]\n  needs: [toString]\n  before_script: [!reference [constructor, name]]\n`,
    true,
  ],
};

const named = '[project]\nname = "x"\nversion = "1"\n';
const projects: Record<string, [text: string, isReadable: boolean]> = {
  'with ten thousand brackets': [`a = ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`, false],
  'with three thousand inline tables in one another': [
    `a = ${'{b='.repeat(3000)}1${'}'.repeat(3000)}\n`,
    false,
  ],
  'with a key in ten thousand parts': [`a${'.a'.repeat(10_000)} = 1\n`, false],
  'with a table of ten thousand parts': [`[a${'.a'.repeat(10_000)}]\n`, false],
  'with an unterminated text': [`a = "${'\\'.repeat(100_001)}`, false],
  'with ten thousand keys': [`${named}[tool.x]\n${each(10_000, (at) => `k${at} = ${at}\n`)}`, true],
  'with a table repeated ten thousand times': [`${named}${'[[tool.a]]\n'.repeat(10_000)}`, true],
  'with a hundred thousand comments': [`${'# c\n'.repeat(100_000)}${named}`, true],
  'with a line of blanks': [`${named}[tool.x]\na${' '.repeat(300_000)}= 1\n`, true],
  'with a table that would pollute JavaScript prototypes': [`${named}[__proto__]\na = 1\n`, false],
  'with a hidden key that would pollute JavaScript prototypes': [
    `${named}x = [{ "__pr\\u006fto__" = { a = 1 } }]\n`,
    false,
  ],
  'with other names of built-in JavaScript properties': [
    `${named}[constructor]\na = 1\n[tool.toString]\nb = 1\n`,
    true,
  ],
};

/** Whether it can be read; any error other than a clear message is a failure. */
function canRead(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toMatch(/^[^\n]{20,300}\.$/);
    expect(error.message).not.toMatch(/call stack|circular/);
    return false;
  }
}

// Each takes about a second. Unbounded growth would take hours, and so hit the time limit of every test.
describe('a pipeline file', () => {
  it.each(Object.entries(pipelines))(
    '%s is read quickly, or refused with a clear message',
    (_, [text, isReadable]) => {
      expect(canRead(() => readPipeline(text, officialIndexes))).toBe(isReadable);
      const result = editPipeline(text, goalWith());
      if (!isReadable) expect(result.kind).toBe('refused');
      expect(({} as { script?: unknown }).script).toBeUndefined();
    },
  );

  it('may share one anchor between hundreds of jobs', () => {
    const text = `.base: &base\n  image: python\n${each(300, (at) => `j${at}:\n  <<: *base\n  script: x\n`)}`;
    expect(editPipeline(text, goalWith()).kind).toBe('edited');
  });
});

describe('a pyproject.toml', () => {
  it.each(Object.entries(projects))(
    '%s is read quickly, or refused with a clear message',
    (_, [text, isReadable]) => {
      const files = { 'pyproject.toml': text };
      expect(canRead(() => readPythonProject(files))).toBe(isReadable);
      if (isReadable) expect(versionFromVcs(files, { directory: '.' }).kind).toBe('edited');
      expect(({} as { a?: unknown }).a).toBeUndefined();
    },
  );
});
