import type { Plugin } from 'rolldown';

/** What is bundled in place of a package, because this program never runs what that one is for. */
const standIns: Record<string, string> = {
  // Only for the requests that gitbeaker makes itself; ours are made by ports/gitlab-rest/requester.ts.
  'rate-limiter-flexible': `
    const never = class { constructor() { throw new Error('Requests are not limited by gitbeaker here.'); } };
    export { never as RateLimiterMemory, never as RateLimiterQueue };`,
  'picomatch-browser': `
    export default { isMatch() { throw new Error('Requests are not limited by gitbeaker here.'); } };`,
  // Of its three ways to remember something for an object, qs gets the one that every Node.js has.
  'side-channel': 'module.exports = () => new WeakMap();',
};

/**
 * Leaves out what is heavy and never runs. `@gitbeaker/rest` presets each of its 193 classes with requests of its own, so
 * that none can be left out; the bundle takes the same classes from where it has them from, and only those that are used.
 */
export function leaveOutWhatNeverRuns(): Plugin {
  return {
    name: 'leave-out-what-never-runs',
    resolveId(id, importer) {
      if (id === '@gitbeaker/rest') return this.resolve('@gitbeaker/core', importer);
      return Object.hasOwn(standIns, id) ? { id: `\0stand-in:${id}`, moduleSideEffects: false } : undefined;
    },
    load: (id) => (id.startsWith('\0stand-in:') ? standIns[id.slice('\0stand-in:'.length)] : undefined),
  };
}
