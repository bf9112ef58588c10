import { posix } from 'node:path';
import { isYamlTable, parseYaml, type YamlTable, type YamlValue, yamlIn } from '../../text/yaml/document.ts';
import { merge } from '../recognise/jobs.ts';
import type { Hole } from './commands.ts';
import type { ReadFile } from './types.ts';

/** A pipeline file together with the checkout's files that it includes. */
export interface Whole {
  /** What the file itself says. */
  file: YamlTable;
  /** The file merged over its includes. */
  data: YamlTable;
  holes: Hole[];
}

/** GitLab's limit is 150 files: https://docs.gitlab.com/ci/yaml/#include */
const mostFiles = 150;

/** Workflows that GitLab ships as templates. */
const templates: Record<string, YamlTable> = {
  'Workflows/MergeRequest-Pipelines.gitlab-ci.yml': workflow(
    '$CI_MERGE_REQUEST_IID',
    '$CI_COMMIT_TAG',
    '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
  ),
  'Workflows/Branch-Pipelines.gitlab-ci.yml': workflow('$CI_COMMIT_TAG', '$CI_COMMIT_BRANCH'),
};

function workflow(...conditions: string[]): YamlTable {
  return { workflow: { rules: conditions.map((condition) => ({ if: condition })) } };
}

/**
 * Reads a pipeline with its includes. `included` is GitLab's merged result for the included files, if known; otherwise
 * local files are read, and all others are holes.
 */
export function readWhole(text: string, readFile: ReadFile, included?: YamlTable): Whole {
  const file = parseYaml(text).data;
  if (included !== undefined) return { file, data: merge(included, file), holes: [] };
  const reading: Reading = { readFile, holes: [], count: 0 };
  return { file, data: withIncluded(file, reading), holes: reading.holes };
}

interface Reading {
  readFile: ReadFile;
  holes: Hole[];
  count: number;
}

function withIncluded(file: YamlTable, reading: Reading): YamlTable {
  const { include, ...rest } = file;
  const parts = entriesOf(include).map((entry) => partOf(entry, reading));
  return [...parts, rest].reduce(merge, {});
}

/** The entries of an `include`, or of a `trigger`'s `include`. */
export function entriesOf(include: YamlValue | undefined): YamlValue[] {
  if (include === undefined || include === null) return [];
  return Array.isArray(include) ? include : [include];
}

/** The path of an entry that refers to a file in this repository. */
export function localPath(entry: YamlValue): string | undefined {
  const path = isYamlTable(entry) ? entry.local : entry;
  if (typeof path !== 'string' || /^https?:/.test(path)) return undefined;
  return posix.normalize(path.replace(/^\/+/, ''));
}

function partOf(entry: YamlValue, reading: Reading): YamlTable {
  if (isYamlTable(entry) && typeof entry.template === 'string') return templates[entry.template] ?? {};
  const path = localPath(entry);
  const text = path === undefined || reading.count >= mostFiles ? undefined : reading.readFile(path);
  const data = text === undefined ? undefined : yamlIn(withInputs(text, entry));
  if (data === undefined) {
    reading.holes.push({ job: '', text: JSON.stringify(entry), why: 'include-not-readable' });
    return {};
  }
  reading.count += 1;
  return withIncluded(data, reading);
}

/** Interpolates an include's inputs into a file with a `spec:` header: https://docs.gitlab.com/ci/inputs/ */
function withInputs(text: string, entry: YamlValue): string {
  const [, header, body] = /^(?:---\r?\n)?(spec:[\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(text) ?? [];
  if (header === undefined || body === undefined) return text;
  const spec = yamlIn(`${header}\n`)?.spec;
  const declared = isYamlTable(spec) && isYamlTable(spec.inputs) ? spec.inputs : {};
  const given = isYamlTable(entry) && isYamlTable(entry.inputs) ? entry.inputs : {};
  return body.replace(/\$\[\[ *inputs\.([\w-]+)[^\]]*\]\]/g, (whole, name) => {
    const declaration = Object.hasOwn(declared, name) ? declared[name] : undefined;
    const usual = isYamlTable(declaration) ? declaration.default : undefined;
    const value = Object.hasOwn(given, name) ? given[name] : usual;
    return typeof value === 'object' || value === undefined ? whole : String(value);
  });
}
