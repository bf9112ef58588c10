import { homedir } from 'node:os';
import type { Command } from './cli/commands.ts';
import { helpText } from './cli/help.ts';
import type { Options } from './cli/options.ts';
import { parseCommandLine } from './cli/parse.ts';
import { gitlabTokenVariables, indexTokenVariables } from './indexes/token-variables.ts';
import { Cancelled, reasonOf, UserError } from './kernel/errors.ts';
import { makeStop, type Stop } from './kernel/stop.ts';
import { version } from './kernel/version.ts';
import type { RequestRecord } from './ports/network.ts';
import type { Context } from './run/context.ts';
import type { Preparation } from './run/survey.ts';
import { escapeJson, escapeText } from './terminal/escape.ts';
import { stillOutput } from './terminal/output.ts';
import { errorLines, makePaint, wantsColour } from './terminal/paint.ts';
import type { Terminal } from './terminal/terminal.ts';

const loaders: Record<Command, () => Promise<(context: Context) => Promise<number>>> = {
  setup: () => prepared(async () => (await import('./run/setup.ts')).setup),
  check: () => prepared(async () => (await import('./run/check.ts')).check),
  explain: async () => (await import('./run/explain.ts')).explain,
  demo: async () => (await import('./run/demo.ts')).demo,
};

type PreparedCommand = (context: Context, preparation: Preparation) => Promise<number>;

/** The parts that read GitLab's responses and edit files are heavy, so load them while GitLab responds. */
async function prepared(
  load: () => Promise<PreparedCommand>,
): Promise<(context: Context) => Promise<number>> {
  const { prepare } = await import('./run/survey.ts');
  return async (context) => {
    const preparation = await prepare(context);
    return (await load())(context, preparation);
  };
}

/** Runs the program with the process's arguments, environment and streams, and sets its exit code. */
async function main(): Promise<void> {
  const voice: Voice = { speech: speechOf(process.argv) };
  finishWithoutOutput();
  try {
    const options = parseCommandLine(process.argv.slice(2));
    voice.speech = options;
    if (options.help) return void process.stdout.write(`${helpFor(options)}\n`);
    if (options.version) return void process.stdout.write(`${version}\n`);
    const stop = listenForStop(voice);
    const command = await loaders[options.command]();
    process.exitCode = await command(await makeContext(options, stop, voice));
  } catch (error) {
    process.exitCode = complainOf(error, voice.speech);
  }
}

const helpFor = ({ named, command }: Options) =>
  helpText(named ? command : undefined, process.stdout.columns ?? 80);

/** The terminal, once there is one, and what it may say; signals and bad usage may come earlier. */
interface Voice {
  speech: Speech;
  terminal?: Terminal;
}

async function makeContext(options: Options, stop: Stop, voice: Voice): Promise<Context> {
  const { platform, stdin: input, stdout, stderr } = process;
  const cwd = workingDirectory();
  const env = { ...process.env };
  forgetTokens();
  // Reading from a closed terminal fails; then there is nobody left to ask.
  input.on('error', () => undefined);
  const { gatherContext } = await import('./run/gather-context.ts');
  const context = await gatherContext({
    options,
    env,
    cwd,
    home: homeFolder(),
    platform,
    script: process.argv[1] ?? '',
    streams: { input, output: options.json ? stderr : stdout },
    log: logRequest,
    writeJson,
    stop,
  });
  voice.terminal = context.terminal;
  process.on('exit', () => context.terminal.close());
  return context;
}

/** Programs started from here, such as the browser, inherit the process's environment. */
function forgetTokens(): void {
  for (const name of [...gitlabTokenVariables, ...Object.values(indexTokenVariables)])
    delete process.env[name];
}

function logRequest({ method, path, status, milliseconds }: RequestRecord): void {
  process.stderr.write(`${escapeText(`${method} ${path} ${status} ${Math.round(milliseconds)} ms`)}\n`);
}

/** Throws a `UserError` if the current directory was removed. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new UserError(
      'no-working-directory',
      'The current directory does not exist any more.',
      'Change to another one, then run it again.',
      { cause },
    );
  }
}

/** A user unknown to the system, as in some containers, has no home folder unless HOME is set. */
function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/**
 * Work in progress continues even if its output cannot be written: a reader such as `head` may stop, the disk may be
 * full, or the terminal closed. That is reported at the end if there is somewhere to report it.
 */
function finishWithoutOutput(): void {
  let problem: NodeJS.ErrnoException | undefined;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') problem ??= error;
    });
  }
  process.on('exit', () => {
    if (problem === undefined) return;
    process.exitCode ||= 1;
    complain(
      escapeText(
        `Not all of the output could be written (${problem.message}); the work itself went on to its end.`,
      ),
    );
  });
}

function listenForStop(voice: Voice): Stop {
  return makeStop({
    listen: (asked) => {
      process.on('SIGHUP', () => asked(129));
      process.on('SIGINT', () => asked(130));
      process.on('SIGQUIT', () => asked(131));
      process.on('SIGTERM', () => asked(143));
    },
    end: (cancelled) => process.exit(complainOf(cancelled, voice.speech)),
    notice: (sentence) => {
      if (voice.terminal) voice.terminal.notice(voice.terminal.paint.yellow(sentence));
      else if (!voice.speech.quiet) complain(escapeText(sentence));
    },
  });
}

/** How to report a command line that cannot be parsed. */
const speechOf = (args: string[]): Speech => ({
  json: args.includes('--json'),
  quiet: args.includes('--quiet') || args.includes('-q'),
});

type Speech = Pick<Options, 'json' | 'quiet'>;

function writeJson(document: unknown): void {
  process.stdout.write(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
}

function complain(...lines: string[]): void {
  const { stderr } = process;
  const write = (shown: string) => stderr.write(shown);
  stillOutput({ write, columns: () => stderr.columns, colour: false }).print(...lines);
}

/** Tells what ended the run, and returns the exit code. */
function complainOf(error: unknown, { json, quiet }: Speech): number {
  const say = json && quiet ? () => undefined : complain;
  if (error instanceof Cancelled) {
    say(escapeText(`${error.message} ${error.next}`));
    return error.exitCode;
  }
  const user = error instanceof UserError ? error : undefined;
  const exitCode = user ? 2 : 1;
  const code = user?.code ?? 'internal';
  const message = reasonOf(error);
  const hint =
    user?.hint ?? 'This is a bug in gitlab-to-pypi: please report it, with the output of a run with DEBUG=1.';
  if (json) writeJson({ schemaVersion: 1, error: { code, message, hint }, exitCode });
  say(...errorLines({ message, hint }, makePaint(wantsColour(process.stderr.isTTY === true, process.env))));
  if (process.env.DEBUG && error instanceof Error) process.stderr.write(`${escapeText(error.stack ?? '')}\n`);
  return exitCode;
}

// Not awaited: the parts that are loaded later import this file once it is bundled, and would wait for its end.
void main();
