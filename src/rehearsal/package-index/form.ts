import type { PublisherFields } from '../../indexes/publisher-form.ts';
import { formRows } from '../../indexes/publisher-page.ts';
import { escapeHtml } from '../html.ts';

/** The GitLab form with what was typed and what was refused. */
export interface Form {
  fields: PublisherFields;
  errors: Partial<Record<keyof PublisherFields, string>>;
  /** Only the form for a project that does not exist yet asks for its name. */
  asksName: boolean;
  action: string;
}

interface Field {
  name: string;
  placeholder: string;
  help: string;
}

/** In the order and with the names of `warehouse/templates/manage/project/publishing.html` in pypi/warehouse. */
const formFields: Record<keyof PublisherFields, Field> = {
  projectName: {
    name: 'project_name',
    placeholder: 'project name',
    help: 'The project that the first upload makes',
  },
  namespace: {
    name: 'namespace',
    placeholder: 'namespace',
    help: 'The user or the group/subgroup on GitLab',
  },
  project: { name: 'project', placeholder: 'project', help: 'The GitLab project with the pipeline' },
  workflowFilepath: {
    name: 'workflow_filepath',
    placeholder: '.gitlab-ci.yml',
    help: 'Relative to the top of that project',
  },
  environment: {
    name: 'environment',
    placeholder: 'release',
    help: 'The GitLab environment of the job that publishes',
  },
};

/** The providers that can be chosen; GitHub's tab is the first. */
export function tabs(open: string, path: string): string {
  const links = ['GitHub', 'GitLab', 'Google', 'ActiveState'].map(
    (name) => `<a href="${escapeHtml(path)}?tab=${name}"${name === open ? ' class="open"' : ''}>${name}</a>`,
  );
  return `<nav>${links.join('')}</nav>`;
}

/** The form for GitLab, with the labels that the tool itself shows to the user. */
export function publisherForm(form: Form): string {
  const { fields, asksName, action } = form;
  const keys = (Object.keys(formFields) as (keyof PublisherFields)[]).filter(
    (key) => asksName || key !== 'projectName',
  );
  const labels = formRows(fields, !asksName).map(({ label }) => label);
  const inputs = keys.map((key, at) => input(form, key, labels[at] ?? key));
  return `<form method="post" action="${escapeHtml(action)}">${inputs.join('')}<input type="submit" value="Add"></form>`;
}

function input({ fields, errors }: Form, key: keyof PublisherFields, label: string): string {
  const { name, placeholder, help } = formFields[key];
  const required = key !== 'environment';
  const error = errors[key] === undefined ? '' : `<span class="error">${escapeHtml(errors[key])}</span>`;
  return [
    `<label for="${name}">${escapeHtml(label)} <small>(${required ? 'required' : 'optional'})</small></label>`,
    `<input id="${name}" name="${name}" value="${escapeHtml(fields[key])}" placeholder="${placeholder}"`,
    ` autocomplete="off" spellcheck="false"${required ? ' required' : ''}>`,
    `${error}<p class="help">${help}</p>`,
  ].join('');
}
