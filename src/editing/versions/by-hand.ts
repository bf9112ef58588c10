import { NeedsHand, type VersionEditor } from './backend.ts';

/** What a person does for the build backends that are not edited yet. */
const ways: Record<string, string> = {
  mesonpy:
    "Let meson.build take the version from a script: version: run_command('python3', 'tools/gitversion.py', check: true).stdout().strip()",
};

/** Refuses a build backend that is not edited yet, with the way by hand. */
export function byHand(backend: string): VersionEditor {
  return () => {
    throw new NeedsHand(
      `Projects built with ${backend} are not edited by this version of gitlab-to-pypi`,
      ways[backend] ??
        'Make each build take its own version from git, without a local part (nothing after a +).',
    );
  };
}
