import { posix } from 'node:path';
import type { Facts } from '../facts/index.ts';
import { normalizeName } from '../kernel/package-name.ts';
import { buildsDistributions, jobsBehind } from '../pipeline/model/builds.ts';
import type { Command } from '../pipeline/model/commands.ts';
import type { PipelineModel } from '../pipeline/model/model.ts';
import { type Package, packagesIn } from '../python/packages.ts';

/** Why the jobs of a pipeline cannot be changed for one of several packages. */
export type SeveralPackages =
  /** The pipeline builds and publishes another package of the repository. */
  | { kind: 'other-package'; package: Package; job: string }
  /** A job takes the package that it builds from a variable. */
  | { kind: 'any-package'; job: string; text: string; packages: Package[] }
  /** The tags name the package that they release. */
  | { kind: 'tags-name-packages'; tag: string; packages: Package[] };

/** Looks for other packages of the repository that the pipeline or the tags are about; undefined where there are none. */
export function severalPackages(
  { texts, checkout, tags, pipeline }: Facts,
  packageName: string,
  model: PipelineModel | undefined,
): SeveralPackages | undefined {
  const packages = packagesIn(texts);
  const others = packages.filter((it) => it.directory !== checkout.directory && it.name !== packageName);
  if (others.length === 0 || model === undefined) return undefined;
  const publishers = model.publications.filter(({ target }) => target.kind === 'index').map(({ job }) => job);
  const behind = jobsBehind(publishers, model.jobs);
  const building = model.jobs.filter(({ name }) => publishers.includes(name) || behind.includes(name));
  for (const { name: job, commands } of building) {
    for (const command of commands.filter(buildsDistributions)) {
      const built = packageBuiltBy(command, packages);
      if (built === 'any') return { kind: 'any-package', job, text: command.text, packages };
      if (built !== undefined && others.includes(built))
        return { kind: 'other-package', package: built, job };
    }
  }
  const names = packages.map(({ name }) => name);
  const tag = [...tags, ...tagsInRules(pipeline.text ?? '')].find((it) => namesPackage(it, names));
  return tag === undefined ? undefined : { kind: 'tags-name-packages', tag, packages };
}

/** The package that a command builds: by its name, or by the folder. */
function packageBuiltBy({ args, directory }: Command, packages: Package[]): Package | 'any' | undefined {
  const at = args.findIndex((arg) => /^--package(?:=|$)/.test(arg));
  if (at >= 0) {
    const name = args[at]?.split('=')[1] ?? args[at + 1] ?? '';
    return name.includes('$') ? 'any' : packages.find((it) => it.name === normalizeName(name));
  }
  if (directory === undefined) return undefined;
  const folders = [...args.filter((arg) => !arg.startsWith('-')), '.'].map((arg) =>
    posix.join(directory, arg),
  );
  return folders
    .map((folder) => packages.find((it) => it.directory === folder.replace(/\/$/, '')))
    .find((it) => it !== undefined);
}

/** The texts with which rules compare tags. */
function tagsInRules(text: string): string[] {
  return [...text.matchAll(/\$CI_COMMIT_(?:TAG|REF_NAME)\s*=~\s*\/\^?([^\n]*)/g)].map(([, pattern = '']) =>
    pattern.replaceAll('\\', ''),
  );
}

/** `name/v1.2.3`, `name-v1.2.3`, `name@1.2.3`, in the way the packages are called. */
function namesPackage(tag: string, names: string[]): boolean {
  const lowered = tag.toLowerCase().replaceAll('_', '-');
  return names.some(
    (name) => lowered.startsWith(name) && /^(?:[/@]|==|-)v?[\d[(]/.test(lowered.slice(name.length)),
  );
}
