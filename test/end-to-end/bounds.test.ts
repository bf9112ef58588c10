import { execFileSync } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, type ReportLike, runProgram } from '../support/program.ts';

let here: World;

beforeEach(async () => {
  here = await startWorld();
});
afterEach(() => here.close());

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Checks a project whose GitLab is the rehearsal's, except for the responses to some requests. */
async function checkBehind(path: RegExp, answer: Answer, seconds = '30') {
  const server = createServer((request, response) => {
    const isHostile = path.test(request.url ?? '');
    Promise.resolve((isHostile ? answer : forward)(request, response)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const remote = `${url}/demo-group/demo-pkg.git`;
  execFileSync('git', ['remote', 'set-url', 'origin', remote], { cwd: here.directory });
  const env = { GITLAB_TOKEN: 'glpat-demo-alice', GITLAB_HOST: url, GITLAB_TO_PYPI_TIMEOUT: seconds };
  const ended = await runProgram(['check', '--json', ...placeOf(here)], { env });
  return { ...ended, report: JSON.parse(ended.stdout) as ReportLike };
}

const forward: Answer = async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = 'GET', headers } = request;
  const sent = { authorization: headers.authorization ?? '', 'content-type': headers['content-type'] ?? '' };
  const body = method === 'GET' ? {} : { body: Buffer.concat(chunks) };
  const answer = await fetch(here.gitlab.url + request.url, { method, headers: sent, ...body });
  const { 'content-encoding': _, ...rest } = Object.fromEntries(answer.headers);
  response.writeHead(answer.status, rest).end(Buffer.from(await answer.arrayBuffer()));
};

const json = { 'content-type': 'application/json' };
const unknown = ({ settings }: ReportLike) =>
  settings.filter(({ state }) => state === 'unknown').map(({ message }) => message);

describe('a list', () => {
  it('with a million pages is not read', async () => {
    let asked = 0;
    const { exitCode, report } = await checkBehind(/\/protected_tags/, (_, response) => {
      asked += 1;
      response.writeHead(200, { ...json, 'x-total-pages': '1000000', 'x-next-page': '2' }).end('[]');
    });
    expect([exitCode, asked]).toEqual([1, 1]);
    expect(unknown(report).join()).toContain('a list of more than 500 pages');
  });

  it('with an endless chain of next pages is cut off', async () => {
    let asked = 0;
    const { exitCode, report } = await checkBehind(/\/protected_tags/, (_, response) => {
      asked += 1;
      response.writeHead(200, { ...json, 'x-next-page': String(asked + 1) }).end('[]');
    });
    expect([exitCode, asked]).toEqual([1, 500]);
    expect(unknown(report).join()).toContain('a list of more than 500 pages');
  });
});

describe('a response', () => {
  /** A GiB of blanks; the reader should hang up long before the end. */
  const blanks = () => Readable.from(Array.from({ length: 1024 }, () => Buffer.alloc(2 ** 20, ' ')));
  const large = /its answer is larger than 32 MiB/;

  it('that keeps growing is cut off', async () => {
    const { exitCode, report } = await checkBehind(/\/protected_tags/, (_, response) => {
      response.writeHead(200, json);
      return pipeline(blanks(), response);
    });
    expect([exitCode, unknown(report).join()]).toEqual([1, expect.stringMatching(large)]);
  });

  it('that explodes when unpacked is cut off', async () => {
    const { exitCode, report } = await checkBehind(/\/protected_tags/, (_, response) => {
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' });
      return pipeline(blanks(), createGzip(), response);
    });
    expect([exitCode, unknown(report).join()]).toEqual([1, expect.stringMatching(large)]);
  });
});
