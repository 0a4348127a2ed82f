import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface Usage {
  /** Since the program began. */
  cpuNanoseconds: number;
  /** Resident. */
  memoryBytes: number;
}

/** What these programs use, with all processes of their sessions, by the number of the leader. */
export async function usageOf(leaders: readonly number[]): Promise<Map<number, Usage>> {
  const usage = new Map(leaders.map((pid) => [pid, { cpuNanoseconds: 0, memoryBytes: 0 }]));
  if (usage.size === 0) return usage;
  for (const { group, ...used } of process.platform === 'linux' ? await fromProc() : await fromPs()) {
    const total = usage.get(group);
    if (total === undefined) continue;
    total.cpuNanoseconds += used.cpuNanoseconds;
    total.memoryBytes += used.memoryBytes;
  }
  return usage;
}

type Row = Usage & { group: number };

/** Linux counts time in hundredths of a second and memory in pages, whatever the machine. */
async function fromProc(): Promise<Row[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
      const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields === undefined) return [];
      const [session, user, system, pages] = [fields[3], fields[11], fields[12], fields[21]].map(Number);
      if (session === undefined || user === undefined || system === undefined || pages === undefined) return [];
      return [{ group: session, cpuNanoseconds: (user + system) * 1e7, memoryBytes: pages * 4096 }];
    }),
  );
  return rows.flat();
}

async function fromPs(): Promise<Row[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,rss=,time='], { env: { LC_ALL: 'C' } });
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [group = '', kibibytes = '', time = ''] = line.trim().split(/\s+/);
      // [hours:]minutes:seconds.hundredths
      const seconds = time.split(':').reduce((total, part) => total * 60 + Number(part), 0);
      return { group: Number(group), memoryBytes: Number(kibibytes) * 1024, cpuNanoseconds: seconds * 1e9 };
    });
}
