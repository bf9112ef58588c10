import { getToml, type TomlValue } from '../../text/toml/document.ts';
import { setKey, type TomlDraft } from '../../text/toml/draft.ts';

/** Local schemes that omit the local part, which the indexes reject. */
const localSchemes = ['no-local-version', 'no-local-version-strict'];

/** Written in place of any other scheme. */
export const localScheme = 'no-local-version';

/** Whether a local scheme omits the local part. */
export function isWithoutLocalPart(scheme: TomlValue | undefined): boolean {
  return typeof scheme === 'string' && localSchemes.includes(scheme);
}

/**
 * The options of setuptools-scm. Since version 10 it also reads `[tool.vcs-versioning]`, but only if there is no
 * `[tool.setuptools_scm]`, so adding the second table would disable the first.
 */
export function setScmOptions(toml: TomlDraft, root: string): void {
  const { data } = toml.doc;
  const other =
    getToml(data, 'tool', 'setuptools_scm') === undefined && getToml(data, 'tool', 'vcs-versioning');
  const table = ['tool', other ? 'vcs-versioning' : 'setuptools_scm'];
  if (root !== '.' && getToml(data, ...table, 'root') === undefined) setKey(toml, table, 'root', root);
  if (!isWithoutLocalPart(getToml(data, ...table, 'local_scheme')))
    setKey(toml, table, 'local_scheme', localScheme);
}
