import fc from 'fast-check';

type Pick = <T>(...choices: T[]) => T;

/** A document in parts, one per job; every comment in it is unique. */
export interface MadeUpYaml {
  parts: { name: string; text: string }[];
}

const scalars = [
  'plain text',
  '"quoted: # no comment"',
  "'it''s'",
  '12',
  '"12"',
  'true',
  'null',
  '$CI_COMMIT_TAG == "v1" && $A',
  'é 🐍',
  '"\\u00e9 \\n"',
  '!reference [other, script]',
];
const blocks = [
  '|\n      one\n        two # text\n',
  '>-\n      folded\n      text\n',
  'plain over\n      two lines\n',
];

function list(pick: Pick, mark: () => string): string {
  const items = [1, 2, 3].slice(pick(0, 1, 2)).map(() => pick(...scalars, pick('[a, b]', 'k: v')));
  if (pick(true, false, false)) return ` [${items.filter((it) => !/^k:|\$/.test(it)).join(', ')}]\n`;
  const indent = pick('    ', '  ', '      ');
  const comment = () => pick('', '', ` # ${mark()}`);
  return `${comment()}\n${items.map((it) => `${indent}- ${it}${comment()}\n`).join(pick('', '', `${indent}# ${mark()}\n`, '\n'))}`;
}

function mapping(pick: Pick, mark: () => string): string {
  const keys = pick(['A'], ['A', 'B'], ['B', '"C d"']);
  if (pick(true, false, false))
    return ` {${keys.map((key) => `${key}: ${pick('1', '"x"', '[y]')}`).join(', ')}}\n`;
  const lines = keys.map((key) => `    ${key}: ${pick(...scalars)}${pick('', ` # ${mark()}`)}\n`);
  return `\n${lines.join(pick('', `    # ${mark()}\n`))}`;
}

function body(pick: Pick, mark: () => string): string {
  const lines = {
    script: () => `  script:${list(pick, mark)}`,
    variables: () => `  variables:${mapping(pick, mark)}`,
    rules: () => `  rules:\n    - if: $A # ${mark()}\n      when: never\n    - when: always\n`,
    stage: () => `  stage: ${pick(...scalars.slice(0, 5))}${pick('', `  # ${mark()}`)}\n`,
    environment: () => `  environment: ${pick('live', '{name: live, url: "https://a.b"}')}\n`,
    after_script: () => `  after_script:\n    - ${pick(...blocks)}`,
    tags: () => `  tags: ${pick('[]', '[a]', '&t [a, b]')}\n`,
  };
  const wanted = Object.values(lines).filter(() => pick(true, true, false));
  const gaps = () => pick('', '', '\n', `  # ${mark()}\n`);
  return wanted.length === 0 ? '  script: x\n' : wanted.map((line) => `${line()}${gaps()}`).join('');
}

/** A pipeline file in forms that people write, and some odder ones. */
export const madeUpYaml: fc.Arbitrary<MadeUpYaml> = fc.gen().map((gen) => {
  const pick = ((...choices: unknown[]) => gen(fc.constantFrom, ...choices)) as Pick;
  let marks = 0;
  const mark = () => {
    marks += 1;
    return `comment ${marks};`;
  };
  const jobs = ['alpha', '.hidden', '"two words"', 'omega'].map((key) => ({
    name: key.replaceAll('"', ''),
    text: `${key}:${pick('', ` # ${mark()}`)}\n${body(pick, mark)}${pick('', '\n', `# ${mark()}\n\n`)}`,
  }));
  const head = {
    name: '',
    text: pick('', `# ${mark()}\n`, '---\n', 'stages: [a, b]\n', 'stages:\n- a # x\n- b\n'),
  };
  const parts = [head, ...jobs];
  const crlf = pick(false, false, true);
  return {
    parts: parts.map(({ name, text }) => ({ name, text: crlf ? text.replaceAll('\n', '\r\n') : text })),
  };
});
