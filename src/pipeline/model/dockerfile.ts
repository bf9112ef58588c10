import { type Command, commandsOfJob } from './commands.ts';
import type { ReadFile } from './types.ts';

/** What a Dockerfile runs in one of its stages. */
export interface DockerStage {
  file: string;
  image: string | undefined;
  /** Whether the build gets the repository's `.git`. */
  hasHistory: boolean;
  commands: Command[];
}

/** The stages of a Dockerfile: https://docs.docker.com/reference/dockerfile/ */
export function dockerStages(file: string, readFile: ReadFile): DockerStage[] {
  const text = readFile(file);
  if (text === undefined) return [];
  const ignored = /^\/?(?:\*\*\/)?\.git\/?\s*$/m.test(readFile('.dockerignore') ?? '');
  const stages: (Omit<DockerStage, 'commands'> & { scripts: string[] })[] = [];
  for (const line of text
    .replace(/\\\r?\n(?:\s*#[^\n]*\n)*/g, ' ')
    .split(/\r?\n/)
    .slice(0, 2000)) {
    const [, instruction = '', rest = ''] = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line) ?? [];
    const stage = stages.at(-1);
    if (/^FROM$/i.test(instruction)) {
      const image = rest.split(/\s+/).find((word) => !word.startsWith('--'));
      stages.push({ file, image, hasHistory: false, scripts: [] });
    } else if (
      /^(?:COPY|ADD)$/i.test(instruction) &&
      /^(?!.*--from=)(?:--\S+\s+)*(?:\.\/?|\.git\/?)\s/.test(rest)
    ) {
      if (stage !== undefined && !ignored) stage.hasHistory = true;
    } else if (/^RUN$/i.test(instruction)) stage?.scripts.push(rest.replace(/^(?:--\S+\s+)+/, ''));
  }
  return stages.map(({ scripts, ...stage }) => {
    const { commands } = commandsOfJob({ name: file, before_script: [], script: scripts, after_script: [] });
    return { ...stage, commands };
  });
}
