/** Trusted Publisher with or without a protected environment, or an API token in a CI/CD variable. */
export const routes = ['protected', 'trusted', 'token'] as const;
export type Route = (typeof routes)[number];

/** The client that uploads `dist/*`. Both support Trusted Publishing on GitLab. */
export const publishTools = ['uv', 'twine'] as const;
export type PublishTool = (typeof publishTools)[number];

/** When to publish: on the project's own occasions, or on each push to the default branch and each tag. */
export const occasionChoices = ['own', 'push-and-tag'] as const;
export type OccasionChoice = (typeof occasionChoices)[number];

/** How the edits of files reach the project: written here, or as a merge request. */
export const deliveries = ['working-tree', 'merge-request'] as const;
export type Delivery = (typeof deliveries)[number];

/** The two indexes that a project publishes to. */
export type IndexId = 'pypi' | 'testpypi';
