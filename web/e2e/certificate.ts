/** Certificates for localhost, made for one test by the machine's own openssl; of another time with faketime. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DAYS = 30;

export interface Certificate {
  key: string;
  cert: string;
}

/** Holds for a month from `since` on, such as "2020-01-01"; from now on without. Nobody has signed for it. */
export async function certificate(since?: string): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'perch-e2e-certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const of = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', `${DAYS}`];
  const make = ['openssl', ...kind, ...of, '-keyout', key, '-out', cert];
  const [program = '', ...args] = since === undefined ? make : ['faketime', since, ...make];
  await run(program, args);
  const made = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  await rm(folder, { recursive: true });
  return made;
}
