#!/usr/bin/env node
// The start of the program: the version at once, everything else from dist/ (a package) or src/ (a checkout).
const fs = require('node:fs');
const module_ = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const root = path.resolve(__dirname, '..');
const { version, engines } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const [major, minor] = process.versions.node.split('.').map(Number);
const [wantedMajor, wantedMinor] = engines.node.match(/\d+/g).map(Number);

if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
  process.stderr.write(
    `Slipway needs Node ${wantedMajor}.${wantedMinor} or newer, and this is ${process.versions.node}\n`,
  );
  process.exit(1);
}

const words = process.argv.slice(2);
if (words.length === 1 && (words[0] === '--version' || words[0] === 'version')) {
  process.stdout.write(`slipway/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else {
  // Compiled code is kept between runs: most of the start-up time is compiling.
  module_.enableCompileCache?.();
  const source = path.join(root, 'src/main.ts');
  const main = fs.existsSync(source) ? source : path.join(root, 'dist/main.js');
  void import(pathToFileURL(main).href).then((loaded) => loaded.main(words));
}
