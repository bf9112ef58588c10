import { escapeHtml } from '../html.ts';
import type { PendingPublisher } from './state.ts';

/** The GitLab form with its input and errors. */
export interface Form {
  fields: PendingPublisher;
  errors: Partial<Record<keyof PendingPublisher, string>>;
  /** Only the form for a project that does not exist yet asks for its name. */
  asksName: boolean;
  action: string;
}

interface Field {
  name: string;
  label: string;
  placeholder: string;
  help: string;
}

/** In the order and with the names of `warehouse/templates/manage/project/publishing.html` in pypi/warehouse. */
const formFields: Record<keyof PendingPublisher, Field> = {
  projectName: {
    name: 'project_name',
    label: 'PyPI Project Name',
    placeholder: 'project name',
    help: 'The project that the first upload makes',
  },
  namespace: {
    name: 'namespace',
    label: 'Namespace',
    placeholder: 'namespace',
    help: 'The user or the group/subgroup on GitLab',
  },
  project: {
    name: 'project',
    label: 'Project name',
    placeholder: 'project',
    help: 'The GitLab project with the pipeline',
  },
  workflowFilepath: {
    name: 'workflow_filepath',
    label: 'Top-level pipeline file path',
    placeholder: '.gitlab-ci.yml',
    help: 'Relative to the top of that project',
  },
  environment: {
    name: 'environment',
    label: 'Environment name',
    placeholder: 'release',
    help: 'The GitLab environment of the job that publishes',
  },
};

/** The providers to choose from; GitHub's tab comes first. */
export function tabs(open: string, path: string): string {
  const links = ['GitHub', 'GitLab', 'Google', 'ActiveState'].map(
    (name) => `<a href="${escapeHtml(path)}?tab=${name}"${name === open ? ' class="open"' : ''}>${name}</a>`,
  );
  return `<nav>${links.join('')}</nav>`;
}

/** The form for GitLab, with the real one's labels. */
export function publisherForm(form: Form): string {
  const { asksName, action } = form;
  const keys = (Object.keys(formFields) as (keyof PendingPublisher)[]).filter(
    (key) => asksName || key !== 'projectName',
  );
  const inputs = keys.map((key) => input(form, key));
  return `<form method="post" action="${escapeHtml(action)}">${inputs.join('')}<input type="submit" value="Add"></form>`;
}

function input({ fields, errors }: Form, key: keyof PendingPublisher): string {
  const { name, label, placeholder, help } = formFields[key];
  const required = key !== 'environment';
  const error = errors[key] === undefined ? '' : `<span class="error">${escapeHtml(errors[key])}</span>`;
  return [
    `<label for="${name}">${escapeHtml(label)} <small>(${required ? 'required' : 'optional'})</small></label>`,
    `<input id="${name}" name="${name}" value="${escapeHtml(fields[key])}" placeholder="${placeholder}"`,
    ` autocomplete="off" spellcheck="false"${required ? ' required' : ''}>`,
    `${error}<p class="help">${help}</p>`,
  ].join('');
}
