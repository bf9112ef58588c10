import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { exchange } from '../../src/ports/http.ts';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serverThat(answers: RequestListener): Promise<URL> {
  const server = createServer(answers);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const sending = { method: 'GET', headers: {}, timeout: 5000 };

it('reads a compressed response', async () => {
  const url = await serverThat((request, response) => {
    response.writeHead(200, { 'content-encoding': String(request.headers['accept-encoding']) });
    response.end(gzipSync('{"name": "Ümläut"}'));
  });
  expect(await exchange(url, sending)).toMatchObject({ ok: true, text: '{"name": "Ümläut"}' });
});

it('sends a complete body, even with a DELETE', async () => {
  const url = await serverThat(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end(`${request.headers['content-length']} ${body}`);
  });
  const { text } = await exchange(url, { ...sending, method: 'DELETE', body: '{"ä":1}' });
  expect(text).toBe('8 {"ä":1}');
});

it('gives up on a response that does not end in time', async () => {
  const url = await serverThat((_, response) => void response.write('{'));
  await expect(exchange(url, { ...sending, timeout: 100 })).rejects.toMatchObject({ name: 'TimeoutError' });
});

it.each(['gzip', 'identity'])('rejects with the reason if a %s response is cut off', async (encoding) => {
  const url = await serverThat((_, response) => {
    response.writeHead(200, { 'content-encoding': encoding, 'content-length': '1000' });
    response.write(gzipSync('x'.repeat(5000)).subarray(0, 20), () => response.destroy());
  });
  await expect(exchange(url, sending)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
});
