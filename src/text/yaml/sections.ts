import { isDeepStrictEqual } from 'node:util';
import { applySplices, type Splice } from '../text.ts';
import { readYaml, type Section, type YamlFile, type YamlTable } from './document.ts';
import { fileOf, sectionsIn } from './reading.ts';

/** Where an edit is made: in the whole file, or in the section of one key, which is a file of its own. */
export interface Place {
  file: YamlFile;
  section?: Section;
}

/**
 * The section of a key at the top, so that an edit in a file of thousands of lines takes no longer than one in a short
 * file; the whole file where its parts hang together.
 */
export function placeOf(file: YamlFile, key: string | undefined): Place {
  const section = file.sections?.find((it) => it.key === key);
  if (section === undefined) return { file };
  const text = file.text.slice(section.start, section.end);
  // A last line that is not ended does not tell how lines end here.
  if (!text.includes('\n')) return { file };
  return { file: readYaml(text), section };
}

/** The file with another text in the place of a section; undefined where that text would not stay by itself. */
export function withSection(
  whole: YamlFile,
  { key, start, end }: Section,
  { text, data }: YamlFile,
): YamlFile | undefined {
  if (whole.sections === undefined || (!text.endsWith('\n') && end < whole.text.length)) return undefined;
  const longer = text.length - (end - start);
  const left = whole.sections.filter((it) => it.start !== start || Object.hasOwn(data, key));
  const sections = left.map((it) => {
    if (it.start === start) return { ...it, end: it.end + longer };
    return it.start > start ? { ...it, start: it.start + longer, end: it.end + longer } : it;
  });
  const { [key]: _, ...others } = whole.data;
  const known = Object.hasOwn(data, key) ? { ...whole.data, [key]: data[key] ?? null } : others;
  return fileOf(applySplices(whole.text, [{ start, end, text }]), known, sections);
}

/** The file with more text at its end; undefined where that is not read as `added` by itself. */
export function withMore(whole: YamlFile, edit: Splice, added: YamlTable): YamlFile | undefined {
  if (whole.sections === undefined || Object.keys(added).some((key) => Object.hasOwn(whole.data, key)))
    return undefined;
  const more = sectionsIn(edit.text);
  if (more === undefined || !isDeepStrictEqual(readYaml(edit.text).data, added)) return undefined;
  const { start } = edit;
  const moved = more.map((it) => ({ ...it, start: it.start + start, end: it.end + start }));
  // What ends the line before belongs to the section that it stands in.
  const before = whole.sections.map((it) =>
    it.end === start ? { ...it, end: moved[0]?.start ?? start } : it,
  );
  return fileOf(whole.text + edit.text, { ...whole.data, ...added }, [...before, ...moved]);
}
