// Makes a checkout ready: installs the pinned packages when they are missing or older than the lock file.
// Used by `npm test`, `npm run check` and `bin/slipway`; written for the oldest Node that may call it.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');

function modified(file) {
  try {
    return fs.statSync(path.join(root, file)).mtimeMs;
  } catch {
    return 0;
  }
}

/** npm writes node_modules/.package-lock.json last, so an interrupted install is seen as missing. */
function isInstalled() {
  const installed = modified('node_modules/.package-lock.json');
  return installed > 0 && installed >= modified('package-lock.json') - 2000;
}

function install() {
  if (isInstalled()) return;
  process.stderr.write('Installing the packages of Slipway (once) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Not `npm ci`: it refuses a lock file without the binaries of platforms that a registry does not carry.
  const result = spawnSync(npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write("Could not install the packages of Slipway: see npm's message above\n");
    process.exit(1);
  }
  const now = new Date();
  fs.utimesSync(path.join(root, 'node_modules/.package-lock.json'), now, now);
}

module.exports = { install, root };
if (require.main === module) install();
