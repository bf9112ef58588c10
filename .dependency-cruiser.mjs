/**
 * The rooms of `src`, top to bottom: a room imports from rooms below it, never from one above. This is the definition of
 * the architecture; CONTRIBUTING describes it, `npm run lint` enforces it.
 */
const rooms = [
  'run',
  'rehearsal',
  'screens',
  'terminal',
  'plan',
  'goal',
  'people',
  'facts',
  'pipeline',
  'python',
  'indexes',
  'text',
  'ports',
  'cli',
  'kernel',
];

const inside = (room) => `^src/${room}/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...rooms.slice(1).map((room, index) => ({
      name: `${room}-imports-downward`,
      comment: `src/${room} may import only rooms below it: see the list in .dependency-cruiser.mjs.`,
      severity: 'error',
      from: { path: inside(room) },
      to: { path: rooms.slice(0, index + 1).map(inside) },
    })),
    {
      name: 'main-is-the-top',
      comment: 'Nothing imports main.ts, the only file in the root of src.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'no-unlisted-room',
      comment: 'A new folder of src must be added to the list in .dependency-cruiser.mjs.',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: rooms.map(inside) },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'rehearsal-stands-alone',
      comment:
        'The embedded servers judge the tool, so they must not share code with it, except for errors, secrets, running git, the names of the demo worlds and what it reports of a release.',
      severity: 'error',
      from: { path: inside('rehearsal') },
      to: {
        path: '^src/',
        pathNot: [
          inside('rehearsal'),
          '^src/kernel/(errors|secret|release-event)\\.ts$',
          '^src/ports/git/run\\.ts$',
          '^src/cli/options\\.ts$',
        ],
      },
    },
    {
      name: 'only-the-terminal-knows-clack',
      severity: 'error',
      from: { path: '^src/', pathNot: inside('terminal') },
      to: { path: 'node_modules/@clack/' },
    },
    {
      name: 'only-the-gitlab-port-knows-gitbeaker',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ports/gitlab-rest/' },
      to: { path: 'node_modules/@gitbeaker/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
