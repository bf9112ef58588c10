import { posix } from 'node:path';
import { getToml, parseToml, type TomlTable } from '../text/toml/document.ts';
import type { PythonFiles } from './python-files.ts';

/** The `Cargo.toml` that maturin reads, relative to the project's folder: https://www.maturin.rs/config */
export function cargoManifest(data: TomlTable): string {
  const path = getToml(data, 'tool', 'maturin', 'manifest-path');
  return posix.normalize(typeof path === 'string' ? path : 'Cargo.toml');
}

/** The crate's name, which is the package's name if `[project]` has none; undefined for broken TOML. */
export function cargoName(files: PythonFiles, data: TomlTable): string | undefined {
  if (getToml(data, 'build-system', 'build-backend') !== 'maturin') return undefined;
  try {
    const name = getToml(parseToml(files[cargoManifest(data)] ?? '').data, 'package', 'name');
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
