import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { editPipeline } from '../../src/pipeline/index.ts';
import { hasSchema, schemaErrors } from '../support/gitlab-schema.ts';
import { changedLines, corpus } from '../support/tools.ts';
import { goalWith } from './pipeline-goal.ts';

const files = corpus('gitlab-ci');

const variants = {
  'as they are': (text: string) => text,
  'with CRLF': (text: string) => text.replace(/\r?\n/g, '\r\n'),
  'without a final newline': (text: string) => text.replace(/\s+$/, ''),
};

/** The edit of each edited file, with the jobs that it claims to touch. */
function edits(variant: (text: string) => string) {
  return files.flatMap(({ name, text }) => {
    const before = variant(text);
    const result = editPipeline(before, goalWith());
    if (result.kind !== 'edited') return [];
    const touched = new Set(
      result.differences.map(({ field }) => field.split('.')[field.startsWith('.') ? 1 : 0]),
    );
    return [{ name, before, after: result.edits[0]?.after ?? '', touched }];
  });
}

/** The top-level key of each line. */
function blocks(text: string): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  let key = '';
  for (const line of text.split('\n')) {
    key = /^["']?\.?([^\s#"'][^:"']*)["']?\s*:/.exec(line)?.[1] ?? key;
    places.set(line, (places.get(line) ?? new Set()).add(key));
  }
  return places;
}

/** The jobs according to a plain YAML parser; an unknown tag leaves its list. */
function jobs(text: string): Record<string, unknown> {
  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    merge: true,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  return ('empty' in documents ? {} : documents.at(-1)?.toJS()) ?? {};
}

describe.skipIf(files.length === 0)('real pipeline files', () => {
  it.each(Object.entries(variants))('do not change with a second edit, %s', (_, variant) => {
    for (const { name, after } of edits(variant)) {
      expect(editPipeline(after, goalWith()).kind, name).toBe('unchanged');
    }
  });

  it.each(Object.entries(variants))('keep every line outside the reported changes, %s', (_, variant) => {
    for (const { name, before, after, touched } of edits(variant)) {
      const places = blocks(before);
      const last = before.split('\n').at(-1);
      const { gone } = changedLines(before, after);
      const unsaid = gone.filter(
        (line) => line !== last && ![...(places.get(line) ?? [])].some((key) => touched.has(key)),
      );
      expect(unsaid, name).toEqual([]);
    }
  });

  it.each(Object.entries(variants))('mean the same outside the reported changes, %s', (_, variant) => {
    for (const { name, before, after, touched } of edits(variant)) {
      const [one, other] = [jobs(before), jobs(after)];
      const same = (data: Record<string, unknown>) =>
        Object.fromEntries(Object.entries(data).filter(([key]) => !touched.has(key.replace(/^\./, ''))));
      expect(same(other), name).toEqual(same(one));
    }
  });

  it.skipIf(!hasSchema)("pass GitLab's schema if they passed before", () => {
    for (const { name, before, after } of edits(variants['as they are'])) {
      const known = schemaErrors(before);
      expect(
        [...schemaErrors(after)].filter((error) => !known.has(error)),
        name,
      ).toEqual([]);
    }
  });
});
