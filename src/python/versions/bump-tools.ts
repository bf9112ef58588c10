import { isDeepStrictEqual } from 'node:util';
import { findCfgOption } from '../../text/setup-cfg.ts';
import { setupKeywords } from '../../text/setup-py.ts';
import { getToml, type TomlTable } from '../../text/toml/document.ts';
import type { PythonFiles } from '../python-files.ts';

/** Where version-bumping tools keep their settings in pyproject.toml. */
const places = [
  ['tool', 'bumpversion', 'current_version'],
  ['tool', 'commitizen', 'version'],
  ['tool', 'bumpver', 'current_version'],
  ['tool', 'tbump', 'version', 'current'],
  ['tool', 'semantic_release', 'version_toml'],
  ['tool', 'semantic_release', 'version_variables'],
];

/** A project's files, and the data of its pyproject.toml, which is parsed once. */
export interface ParsedProject {
  files: PythonFiles;
  data: TomlTable;
}

/** Tables of version-bumping tools, which have nothing to bump once the version comes from git. */
export function bumpTools({ files, data }: ParsedProject): string[] {
  const inToml = places.filter((path) => getToml(data, ...path) !== undefined);
  const inCfg = findCfgOption(files['setup.cfg'] ?? '', 'bumpversion', 'current_version');
  const names = [
    ...inToml.map(([, tool]) => `[tool.${tool}]`),
    ...(inCfg ? ['[bumpversion] of setup.cfg'] : []),
  ];
  return [...new Set(names)];
}

/** Where a version is written in pyproject.toml, or the file is named in which it is. */
const writtenPlaces = [
  ['project', 'version'],
  ['tool', 'poetry', 'version'],
  ['tool', 'hatch', 'version', 'path'],
  ['tool', 'pdm', 'version', 'path'],
  ['tool', 'setuptools', 'dynamic', 'version'],
];

/** Whether a version that was written somewhere is no longer written there. */
export function losesWrittenVersion(before: ParsedProject, after: ParsedProject): boolean {
  const later = writtenVersions(after);
  return writtenVersions(before).some(
    (written, index) => written !== undefined && !isDeepStrictEqual(written, later[index]),
  );
}

function writtenVersions({ files, data }: ParsedProject): unknown[] {
  const keyword = setupKeywords(files['setup.py'] ?? '')?.find(({ name }) => name === 'version');
  return [
    ...writtenPlaces.map((path) => getToml(data, ...path)),
    findCfgOption(files['setup.cfg'] ?? '', 'metadata', 'version')?.value,
    keyword?.value,
  ];
}
