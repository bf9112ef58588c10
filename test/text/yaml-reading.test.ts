import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml, YamlSyntaxError } from '../../src/text/yaml/document.ts';
import { readPlain } from '../../src/text/yaml/plain.ts';
import { parseYaml } from '../../src/text/yaml/reading.ts';
import { longPipeline } from '../bench/editing-documents.ts';
import { corpus } from '../support/tools.ts';
import { madeUpYaml } from './made-up-yaml.ts';
import { runs } from './runs.ts';

/** What may turn a line into something else. */
const bits =
  ' |  |:|: |,|#| #|-|- |"|\'|>|[|]|{|}|*a|&a |!x |<<: |~|null|true|1|1.0|0x1|.inf|+1|...|---|?|? |%|@|`|=|\\|é|\t|\r|\u00a0|\u2028|on|2020-01-01'
    .split('|')
    .concat(
      '|',
      '|-',
      '|+',
      '\n',
      '\n\n',
      '\n  ',
      '\n    ',
      'key: v\n',
      '- a\n',
      '  k: v\n',
      '# c\n',
      '__proto__: 1\n',
    );

/** The data with the order of its keys, or that it cannot be read. */
function read(reader: (text: string) => { data: unknown }, text: string): string {
  try {
    return JSON.stringify(reader(text).data);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    return libraryQuirk.test(error.message) ? 'either' : 'no YAML';
  }
}

/** The library takes a key in quotes for more of a text that stands below a comment; by itself each is read. */
const libraryQuirk = /^Implicit keys need to be on a single line/;

/** Some lines of a document, below a key or not, with a few characters put in or in the place of others. */
const damaged = fc
  .record({
    made: madeUpYaml,
    from: fc.nat(40),
    count: fc.integer({ min: 1, max: 12 }),
    head: fc.constantFrom('', 'j:\n', 'j:\n', '---\n'),
    changes: fc.array(
      fc.record({ at: fc.nat(), gone: fc.integer({ min: 0, max: 3 }), bit: fc.constantFrom(...bits) }),
      { maxLength: 3 },
    ),
  })
  .map(({ made, from, count, head, changes }) => {
    const lines = made.parts
      .map(({ text }) => text)
      .join('')
      .split('\n');
    const text = `${head}${lines.slice(from % lines.length, (from % lines.length) + count).join('\n')}\n`;
    return changes.reduce((now, { at, gone, bit }) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + bit + now.slice(place + gone);
    }, text);
  });

describe('a pipeline file that is read section by section', () => {
  it('comes to what the library reads in the whole, whatever stands in it', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const whole = read(readYaml, text);
        if (whole !== 'either') expect(read(parseYaml, text)).toBe(whole);
      }),
      runs(1000),
    );
  });

  it('is read without the library only where that comes to the same', () => {
    let done = 0;
    fc.assert(
      fc.property(damaged, (text) => {
        const data = readPlain(text);
        if (data === undefined) return;
        done += 1;
        expect(JSON.stringify(data)).toBe(read(readYaml, text));
      }),
      runs(1000),
    );
    expect(done).toBeGreaterThan(30);
  });

  it('of thousands of plain lines does without the library', () => {
    expect(readPlain(longPipeline(2000))).toEqual(readYaml(longPipeline(2000)).data);
  });

  it.skipIf(corpus('gitlab-ci').length === 0)('comes to the same for real files', () => {
    for (const { name, text } of corpus('gitlab-ci'))
      expect(read(parseYaml, text), name).toBe(read(readYaml, text));
  });
});
