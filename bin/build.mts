/**
 * Makes dist/: one small file a command and shared chunks, so that starting reads few files. Packages that are
 * needed at every start are bundled; the others are loaded from node_modules when a command wants them.
 */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

const root = path.resolve(import.meta.dirname, '..');
const commands = readdirSync(path.join(root, 'src/commands'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/').replace(/\.ts$/, ''));

/** Bundled with what they need themselves: what every start loads. The rest is heavy and rarely needed. */
const bundled = ['@oclif/core', 'js-yaml', 'zod'];

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries([
    ['main', 'src/main.ts'],
    ...commands.map((command) => [`commands/${command}`, `src/commands/${command}.ts`]),
  ]),
  platform: 'node',
  external: (id, importer) =>
    !importer?.includes('node_modules') &&
    /^[^./]/.test(id) &&
    !path.isAbsolute(id) &&
    !bundled.some((name) => id === name || id.startsWith(`${name}/`)),
});
await bundle.write({ dir: path.join(root, 'dist'), format: 'esm', chunkFileNames: 'chunks/[name].js', minify: true });
await bundle.close();
