import type { Variables } from '../recognise/rule-expression.ts';
import { buildsDistributions } from './builds.ts';
import type { Command } from './commands.ts';
import { shellHolds, shellVariables } from './shell-conditions.ts';
import type { ModelJob } from './types.ts';

/** Where the version of a build comes from. */
export type VersionKind =
  | { kind: 'git' }
  | { kind: 'written'; value: string }
  /** From the tag, by the code in `how`. */
  | { kind: 'tag'; how: string }
  /** From the pipeline's number, or something else unique to each pipeline. */
  | { kind: 'pipeline'; how: string }
  | { kind: 'unknown'; because: string };

export const pretending =
  /^(?:SETUPTOOLS_SCM_PRETEND_VERSION\w*|POETRY_DYNAMIC_VERSIONING_BYPASS|PDM_BUILD_SCM_VERSION|UV_DYNAMIC_VERSIONING_BYPASS|PBR_VERSION|HATCH_VCS_PRETEND_VERSION)$/;

const versionFile =
  /(?:^|\/)(?:pyproject\.toml|setup\.(?:py|cfg)|__init__\.py|\w*version\w*(?:\.py|\.txt)?|PKG-INFO)$/i;

/** A file that has nothing but the version, or is a module of it. */
const writtenFile = /(?:^|\/)(?:VERSION|(?:_?version|__version__|__about__|__init__)\.py)$/;

/** The version that a job builds on an occasion: the project's, unless a command before the build sets another. */
export function versionBuiltBy(job: ModelJob, variables: Variables, ofProject: VersionKind): VersionKind {
  const last = job.commands.findLastIndex((command) => buildsDistributions(command));
  const before = job.commands.slice(0, last < 0 ? job.commands.length : last + 1);
  const setting = before
    .filter(
      (command) =>
        shellHolds(command.condition, shellVariables(variables, job.variables, command.exported)) !== false,
    )
    .flatMap(setBy);
  const pretended = Object.entries(job.variables).find(
    ([name, value]) => pretending.test(name) && value !== '',
  );
  const found =
    setting.at(-1) ??
    (pretended && { value: pretended[1], text: `${pretended[0]}: ${pretended[1]}`, exported: {} });
  return found === undefined
    ? ofProject
    : kindOf(found.value, found.text, { ...job.variables, ...found.exported });
}

interface Setting {
  value: string;
  text: string;
  exported: Record<string, string>;
}

/** The version that a command sets, unexpanded. */
function setBy({ tool = '', verb, args, text, assignments, exported, redirects }: Command): Setting[] {
  const pretended = Object.entries({ ...exported, ...assignments }).find(([name]) => pretending.test(name));
  if (pretended && pretended[1] !== '')
    return [{ value: pretended[1], text: `${pretended[0]}=${pretended[1]}`, exported }];
  if (
    tool === 'sed' &&
    args.some((arg) => versionFile.test(arg)) &&
    args.some((arg) => /^-\w*i|^--in-place/.test(arg))
  )
    return [{ value: args.filter((arg) => !arg.startsWith('-')).join(' '), text, exported }];
  if (redirects.some(({ operator, target }) => /^>\|?$/.test(operator) && writtenFile.test(target)))
    return [{ value: text, text, exported }];
  const given = args.find((arg) => !arg.startsWith('-'));
  if (verb === 'version' && /^(?:uv|poetry|hatch|flit|rye)$/.test(tool) && given !== undefined)
    return [{ value: args.join(' '), text, exported }];
  if (
    /^(?:semantic-release|cz|bump-my-version|bump2version|bumpversion)$/.test(tool) &&
    /^(?:version|bump|major|minor|patch)$/.test(verb ?? args[0] ?? '')
  )
    return [{ value: '$(bump)', text, exported }];
  return [];
}

/** Traces a version through shell variables to its origin. */
function kindOf(value: string, how: string, variables: Record<string, string>): VersionKind {
  const made = expanded(value, variables);
  if (
    /\bCI_(?:PIPELINE_I?ID|JOB_ID|COMMIT_(?:SHORT_)?SHA|COMMIT_TIMESTAMP|PIPELINE_CREATED_AT)\b|\bdate\b/.test(
      made,
    )
  )
    return { kind: 'pipeline', how };
  if (/\bCI_COMMIT_(?:TAG|REF_NAME|REF_SLUG)\b/.test(made)) return { kind: 'tag', how };
  if (/\bgit (?:describe|rev-list)\b/.test(made)) return { kind: 'git' };
  return { kind: 'unknown', because: how };
}

function expanded(value: string, variables: Record<string, string>, depth = 0): string {
  const more = [...value.matchAll(/\$\{?(\w+)/g)].flatMap(([, name = '']) =>
    Object.hasOwn(variables, name) ? [variables[name] ?? ''] : [],
  );
  return depth > 5 || more.length === 0
    ? value
    : `${value} ${expanded(more.join(' '), variables, depth + 1)}`;
}
