/** The variables of the environment that a GitLab token is read from, in this order. */
export const gitlabTokenVariables = ['GITLAB_TOKEN', 'GITLAB_ACCESS_TOKEN'] as const;

/** The variables of the environment that an API token of each index is read from. */
export const indexTokenVariables = { pypi: 'PYPI_TOKEN', testpypi: 'TESTPYPI_TOKEN' } as const;
