import { isValidName } from '../kernel/package-name.ts';

/** The values of the form that registers a Trusted Publisher for GitLab. */
export interface PublisherFields {
  /** The package's name; only asked for by the form for a project that does not exist yet. */
  projectName: string;
  namespace: string;
  project: string;
  workflowFilepath: string;
  environment: string;
}

/**
 * The form values for a project on GitLab. `project` is its full path, spelt as in GitLab's API, since PyPI's
 * comparison is case-sensitive.
 */
export function publisherFields(from: {
  packageName: string;
  project: string;
  pipelineFile: string;
  environment: string;
}): PublisherFields {
  const slash = from.project.lastIndexOf('/');
  return {
    projectName: from.packageName,
    namespace: from.project.slice(0, slash),
    project: from.project.slice(slash + 1),
    workflowFilepath: from.pipelineFile,
    environment: from.environment,
  };
}

/** A value that the form would reject, and why, as a full sentence. */
export interface FormProblem {
  field: keyof PublisherFields;
  problem: string;
}

/**
 * What PyPI's form would reject: `warehouse/oidc/forms/gitlab.py` and `warehouse/utils/project.py` of pypi/warehouse.
 */
export function formProblems(fields: PublisherFields): FormProblem[] {
  const { projectName, namespace, project, workflowFilepath, environment } = fields;
  const problems: [keyof PublisherFields, string | undefined][] = [
    [
      'projectName',
      isValidName(projectName)
        ? undefined
        : `PyPI does not accept '${projectName}' as the name of a project.`,
    ],
    ['namespace', pathProblem('namespace', namespace, /^[a-zA-Z0-9][a-zA-Z0-9\-_./+]*[a-zA-Z0-9]$/)],
    ['project', pathProblem('project', project, /^[a-zA-Z0-9][a-zA-Z0-9_.-]*[a-zA-Z0-9]$/)],
    ['workflowFilepath', filepathProblem(workflowFilepath)],
    ['environment', environmentProblem(environment)],
  ];
  return problems.flatMap(([field, problem]) => (problem === undefined ? [] : [{ field, problem }]));
}

function pathProblem(what: string, value: string, pattern: RegExp): string | undefined {
  if (!pattern.test(value))
    return `PyPI's form does not accept '${value}' as the ${what}: at least two characters, only letters, digits and - _ .`;
  if (/[._-]{2}/.test(value))
    return `PyPI's form does not accept '${value}' as the ${what}: it has two of . _ - in a row.`;
  return /\.(git|atom)$/i.test(value)
    ? `PyPI's form does not accept '${value}' as the ${what}: it ends in .git or .atom.`
    : undefined;
}

function filepathProblem(path: string): string | undefined {
  if (!/\.ya?ml$/.test(path))
    return `PyPI's form does not accept '${path}' as the pipeline file: it must end in .yml or .yaml.`;
  return /^\/|\/$/.test(path)
    ? `PyPI's form does not accept '${path}' as the pipeline file: it begins or ends with a slash.`
    : undefined;
}

/** The form also treats a blank environment as none. */
function environmentProblem(name: string): string | undefined {
  if (name.trim() === '')
    return 'PyPI takes an empty environment for any environment, so any job of the pipeline file could publish.';
  if (/^[a-zA-Z0-9\-_/${} ]+$/.test(name)) return undefined;
  return `PyPI's form does not accept '${name}' as the environment: letters, digits, spaces and - _ / $ { } only, so no dot.`;
}
