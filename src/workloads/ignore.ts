/** Never shipped, whatever the file says. */
const always = [
  '.git/',
  '.venv/',
  'venv/',
  '__pycache__/',
  'node_modules/',
  '.ipynb_checkpoints/',
  '*.pyc',
  '.DS_Store',
];

/**
 * What `.slipwayignore` says, in the rules of `.gitignore`: `*`, `?`, `[…]`, `**`, a leading `/` or one in the middle
 * ties to the folder, a trailing `/` means directories, `!` takes back, the last match wins.
 */
export function makeIgnore(text: string): (path: string, isDirectory: boolean) => boolean {
  const rules = [...always, ...text.split(/\r?\n/)]
    .map((line) => line.replace(/(?<!\\)\s+$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(compile);
  return (path, isDirectory) => {
    let ignored = false;
    for (const rule of rules) {
      if ((!rule.directories || isDirectory) && rule.pattern.test(path)) ignored = !rule.takesBack;
    }
    return ignored;
  };
}

function compile(line: string): { pattern: RegExp; directories: boolean; takesBack: boolean } {
  const takesBack = line.startsWith('!');
  let glob = (takesBack ? line.slice(1) : line).replace(/^\\([#!])/, '$1');
  const directories = glob.endsWith('/');
  if (directories) glob = glob.slice(0, -1);
  const isTied = glob.includes('/');
  if (glob.startsWith('/')) glob = glob.slice(1);
  const source = glob.replaceAll(/\*\*\/|\/\*\*$|\*\*|\*|\?|\[!?[^\]]+\]|[.+^${}()|\\]/g, (part) => {
    switch (part) {
      case '**/':
        return '(?:.*/)?';
      case '/**':
        return '/.*';
      case '**':
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      default:
        return part.startsWith('[') ? part.replace(/^\[!/, '[^') : `\\${part}`;
    }
  });
  return { pattern: new RegExp(`^${isTied ? '' : '(?:.*/)?'}${source}$`), directories, takesBack };
}
