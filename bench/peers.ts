import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { opponent, type RunningOpponent, withServer } from './contestant.ts';
import { type Dialect, openInference, openInferenceBinary, rest, restList } from './dialects.ts';
import { drive, warm } from './load.ts';
import { freePort, startServerAt } from './process.ts';
import { type Effort, Skipped } from './scenario.ts';
import type { Workload } from './workload.ts';

const run = promisify(execFile);

/** Variables that a contestant's server reads. */
export type Setting = Readonly<Record<string, string>>;

/** A server written in Python; its folder in `peers/` has `server.py` and `requirements.txt`. */
export interface Peer {
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly dialect: Dialect;
  readonly readyPath: string;
  /** What is tried for each workload; the fastest serves. `peers/README.md` says why these. */
  readonly settings: readonly Setting[];
}

const oneOrTwoWorkers: readonly Setting[] = [{ WORKERS: '1' }, { WORKERS: '2' }];

export const peers: readonly Peer[] = [
  {
    name: 'fastapi',
    title: 'FastAPI',
    dialect: rest,
    readyPath: '/health',
    settings: oneOrTwoWorkers.flatMap((each) => [
      { ...each, BATCHING: 'off' },
      { ...each, BATCHING: 'on' },
    ]),
  },
  {
    name: 'litserve',
    title: 'LitServe',
    dialect: rest,
    readyPath: '/health',
    settings: oneOrTwoWorkers.map((each) => ({ ...each, BATCH_TIMEOUT_S: '0.001' })),
  },
  { name: 'bentoml', title: 'BentoML', dialect: restList, readyPath: '/readyz', settings: oneOrTwoWorkers },
  {
    name: 'mlserver',
    title: 'MLServer',
    dialect: openInference,
    readyPath: '/v2/health/ready',
    settings: [{ WORKERS: '1', PARALLEL: 'off' }, ...oneOrTwoWorkers.map((each) => ({ ...each, PARALLEL: 'on' }))].map(
      (each) => ({ ...each, BATCH_TIMEOUT_S: '0.001' }),
    ),
  },
  {
    name: 'triton',
    title: 'Triton',
    dialect: openInferenceBinary,
    readyPath: '/v2/health/ready',
    settings: oneOrTwoWorkers,
  },
];

/** What a peer has to serve, and under which load its best setting is found. */
export interface PeerTask {
  readonly workload: Workload;
  /** Of the model's file. */
  readonly path: string;
  readonly connections: number;
  readonly effort: Effort;
}

/**
 * Runs a peer with the setting that answers the most requests per second, for as long as `use` needs it.
 * @throws Skipped when it cannot be installed here.
 */
export async function withPeer<T>(
  peer: Peer,
  { workload, path, connections, effort }: PeerTask,
  use: (contestant: RunningOpponent, setting: Setting) => Promise<T>,
): Promise<T> {
  const python = await install(peer);
  const start = async <R>(setting: Setting, then: (contestant: RunningOpponent) => Promise<R>): Promise<R> => {
    const [port, grpcPort] = [await freePort(), await freePort()];
    const environment = {
      PYTHONPATH: fileURLToPath(new URL('peers/shared', import.meta.url)),
      MODEL: path,
      LABELS: workload.labels.join(','),
      MAX_BATCH_SIZE: String(connections),
      THREADS: String(Math.max(1, Math.floor(availableParallelism() / Number(setting['WORKERS'])))),
      PORT: String(port),
      GRPC_PORT: String(grpcPort),
      ...setting,
    };
    const script = fileURLToPath(new URL('server.py', folderOf(peer)));
    const command = { command: python, arguments: [script], environment, quiet: true, folder: folderOf(peer) };
    const server = startServerAt(command, `http://127.0.0.1:${port}`, peer.readyPath);
    return withServer(server, (running) => then(opponent(peer.name, running, peer.dialect(workload))));
  };
  const best = await fastestSetting(peer, { connections, effort }, start);
  return start(best, (contestant) => use(contestant, best));
}

/** Tries each setting for a short time. @returns the one with the most requests per second. */
export async function fastestSetting(
  { title, settings }: Pick<Peer, 'title' | 'settings'>,
  { connections, effort }: Pick<PeerTask, 'connections' | 'effort'>,
  start: <R>(setting: Setting, then: (contestant: RunningOpponent) => Promise<R>) => Promise<R>,
): Promise<Setting> {
  let [best, most] = [settings[0] ?? {}, -Infinity];
  for (const setting of settings) {
    try {
      const { requestsPerSecond } = await start(setting, async ({ requests }) => {
        await warm(requests, { connections, seconds: Math.min(3, effort.warmUpSeconds) });
        return drive(requests, { connections, seconds: Math.min(3, effort.seconds) });
      });
      if (requestsPerSecond > most) [best, most] = [setting, requestsPerSecond];
    } catch (error) {
      // Another setting may do; where none does, the last start fails aloud.
      console.log(`  ${title} with ${JSON.stringify(setting)}: ${String(error)}`);
    }
  }
  return best;
}

/**
 * Makes the virtual environment of a peer, or uses the one that is there for the same requirements.
 * @returns the path of its Python.
 */
async function install(peer: Peer): Promise<string> {
  const requirements = new URL('requirements.txt', folderOf(peer));
  const environment = fileURLToPath(new URL(`peers/.venvs/${peer.name}`, import.meta.url));
  const python = `${environment}/bin/python`;
  const stamp = `${environment}/installed.txt`;
  const wanted = await readFile(requirements, 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return python;
  console.log(`  installing ${peer.title}`);
  try {
    await rm(environment, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', environment]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '-r', fileURLToPath(requirements)]);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new Skipped(`${peer.title} needs Python 3.11 with venv and pip, and its packages: ${reason}`, {
      cause: error,
    });
  }
  await writeFile(stamp, wanted);
  return python;
}

function folderOf(peer: Peer): URL {
  return new URL(`peers/${peer.name}/`, import.meta.url);
}
