/** Environment variables for a GitLab token, in order of precedence. */
export const gitlabTokenVariables = ['GITLAB_TOKEN', 'GITLAB_ACCESS_TOKEN'] as const;

/** Environment variables for each index's API token. */
export const indexTokenVariables = { pypi: 'PYPI_TOKEN', testpypi: 'TESTPYPI_TOKEN' } as const;
