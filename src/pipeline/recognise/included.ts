import { isDeepStrictEqual } from 'node:util';
import { isYamlTable, type YamlTable, yamlIn } from '../../text/yaml/document.ts';
import { merge, resolveJob } from './jobs.ts';

/**
 * What other files contribute to a pipeline: GitLab's merged result minus what the file itself says. In the merged
 * result `extends` is already resolved: https://docs.gitlab.com/ci/pipeline_editor/#view-full-configuration
 */
export function includedParts(itself: YamlTable, merged: string | undefined): YamlTable {
  const all = merged === undefined ? {} : (yamlIn(merged) ?? {});
  const elsewhere = Object.fromEntries(Object.entries(all).filter(([key]) => !Object.hasOwn(itself, key)));
  const seen = merge(elsewhere, itself);
  const both = Object.entries(all).flatMap(([key, value]) => {
    const here = resolveJob(seen, key)?.value;
    const more = here && isYamlTable(value) ? beyond(value, here) : {};
    return Object.keys(more).length > 0 ? [[key, more] as const] : [];
  });
  return { ...elsewhere, ...Object.fromEntries(both.filter(([key]) => Object.hasOwn(itself, key))) };
}

/** The keys of a mapping that another one lacks. */
function beyond(whole: YamlTable, part: YamlTable): YamlTable {
  const more: YamlTable = {};
  for (const [key, value] of Object.entries(whole)) {
    const here = part[key];
    if (here === undefined) more[key] = value;
    else if (isYamlTable(value) && isYamlTable(here) && !isDeepStrictEqual(value, here)) {
      const inner = beyond(value, here);
      if (Object.keys(inner).length > 0) more[key] = inner;
    }
  }
  return more;
}
