import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { editPipeline } from '../../src/editing/pipeline/index.ts';
import { parseYaml } from '../../src/editing/yaml.ts';
import { changedLines, corpus } from '../support/tools.ts';
import { goalWith } from './pipeline-goal.ts';

const files = corpus('gitlab-ci');

const variants = {
  'as it is': (text: string) => text,
  'with CRLF': (text: string) => text.replace(/\r?\n/g, '\r\n'),
  'without a final newline': (text: string) => text.replace(/\s+$/, ''),
};

describe.skipIf(files.length === 0)('real pipeline files', () => {
  it.each(Object.entries(variants))(
    'are edited or refused with a reason, and a second edit changes nothing, %s',
    (_, variant) => {
      for (const { name, text } of files) {
        const result = editPipeline(variant(text), goalWith());
        if (result.kind === 'refused') expect(result.reason, name).toMatch(/because .{10}/);
        if (result.kind !== 'edited') continue;
        expect(editPipeline(result.edits[0]?.after, goalWith()).kind, name).toBe('unchanged');
      }
    },
  );

  it.each(Object.entries(variants))('keep every line, %s', (_, variant) => {
    for (const { name, text } of files) {
      const before = variant(text);
      const result = editPipeline(before, goalWith());
      if (result.kind !== 'edited') continue;
      const { gone } = changedLines(before, result.edits[0]?.after ?? '');
      const last = before.split('\n').at(-1);
      expect(
        gone.filter((line) => line !== last && !/^\s*(stages|- |only)/.test(line)),
        name,
      ).toEqual([]);
    }
  });

  it("pass GitLab's schema where they passed it before", () => {
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../shared/schema/gitlab-ci.json'), 'utf8'),
    );
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
    const errors = (text: string) => {
      validate(parseYaml(text).data);
      return new Set(
        (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`),
      );
    };
    for (const { name, text } of [{ name: 'none', text: '' }, ...files]) {
      const result = editPipeline(text, goalWith());
      if (result.kind !== 'edited') continue;
      const before = text === '' ? new Set<string>() : errors(text);
      const added = [...errors(result.edits[0]?.after ?? '')].filter((error) => !before.has(error));
      expect(added, name).toEqual([]);
    }
  });

  it('are counted', () => {
    const results = files.map(({ name, text }) => ({ name, result: editPipeline(text, goalWith()) }));
    for (const { name, result } of results) {
      if (result.kind === 'refused') console.log(`${name}: ${result.reason}`);
    }
    const count = (kind: string) => results.filter(({ result }) => result.kind === kind).length;
    console.log(
      `pipeline corpus: ${files.length} files, ${count('edited')} edited, ${count('refused')} refused`,
    );
    expect(count('edited')).toBeGreaterThan(0);
  });
});
