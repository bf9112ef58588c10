import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { run } from '../tools.ts';

/** What a server needs to pose as some host names, and what its clients need to trust it. */
export interface Certificates {
  key: string;
  certificate: string;
  /** A file with all authorities that this machine trusts, plus the private one. */
  bundle: string;
}

/** Creates a private CA in that folder, and a certificate from it for these names. */
export async function makeCertificates(folder: string, names: string[]): Promise<Certificates> {
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-sha256'];
  // Python 3.13 checks strictly (VERIFY_X509_STRICT), so all extensions are needed.
  await writeFile(
    at('openssl.cnf'),
    `[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = ${names.map((name) => `DNS:${name}`).join(', ')}
`,
  );
  const config = ['-config', 'openssl.cnf'];
  const authority = ['-x509', '-extensions', 'ca', '-days', '2', '-subj', '/CN=Authority of a test'];
  await openssl('req', ...config, ...key, ...authority, '-keyout', 'ca.key', '-out', 'ca.pem');
  await openssl(
    'req',
    ...config,
    ...key,
    '-subj',
    `/CN=${names[0]}`,
    '-keyout',
    'leaf.key',
    '-out',
    'leaf.csr',
  );
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '2', '-days', '2', '-out', 'leaf.pem'];
  await openssl(
    'x509',
    '-req',
    '-in',
    'leaf.csr',
    '-extfile',
    'openssl.cnf',
    '-extensions',
    'leaf',
    ...signed,
  );
  const bundle = at('bundle.pem');
  await writeFile(bundle, [...trusted(), await readFile(at('ca.pem'), 'utf8')].join('\n'));
  return {
    key: await readFile(at('leaf.key'), 'utf8'),
    certificate: await readFile(at('leaf.pem'), 'utf8'),
    bundle,
  };
}

/** The CAs that ship with Node.js, and those added on this machine. */
function trusted(): string[] {
  const { SSL_CERT_FILE, NODE_EXTRA_CA_CERTS } = process.env;
  const files = [SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, '/etc/ssl/certs/ca-certificates.crt'];
  const added = new Set(files.filter((file) => file !== undefined && existsSync(file)) as string[]);
  return [...rootCertificates, ...[...added].map((file) => readFileSync(file, 'utf8'))];
}
