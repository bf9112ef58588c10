/** Opens a URL in the user's browser; best effort, nothing waits for it. */
export type OpenPage = (url: string) => void;

/** Whether a browser can be shown: not over SSH, in CI, or on Linux without a display. */
export function hasDisplay(env: Record<string, string | undefined>, platform: NodeJS.Platform): boolean {
  if (env.CI || env.SSH_CONNECTION || env.SSH_TTY) return false;
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);
}

/** There is no telling whether it opened, so the caller prints the URL as well. */
export const openPage: OpenPage = (url) => {
  import('open').then(({ default: open }) => open(url)).catch(() => undefined);
};
