/**
 * One rendering in a process of its own: `node render-child.mjs DIST ROOT DIRECTORY [REPEAT]`. Writes the YAML to
 * standard output, or, when repeated, the milliseconds that all took together.
 */
import { writeSync } from 'node:fs';

const [dist, root, directory, repeat] = process.argv.slice(2);
const { buildYaml } = await import(`${dist}/kustomize/index.js`);
const { diskFiles } = await import(`${dist}/files.js`);
const files = diskFiles(root);
if (repeat === undefined) {
  const { yaml } = await buildYaml(files, directory);
  const bytes = Buffer.from(yaml);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
} else {
  const start = performance.now();
  for (let i = 0; i < Number(repeat); i++) await buildYaml(files, `${directory}/${i}`);
  console.log(performance.now() - start);
}
