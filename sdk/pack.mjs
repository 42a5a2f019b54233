// Packs the SDK as the npm package that the chat itself serves, under a name without a version.
import { execFileSync } from 'node:child_process';
import { rename } from 'node:fs/promises';

const options = ['pack', '--silent', '--pack-destination', 'dist'];
const name = execFileSync('npm', options, { encoding: 'utf8' }).trim();
await rename(`dist/${name}`, 'dist/perch-addin.tgz');
