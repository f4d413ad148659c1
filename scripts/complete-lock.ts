/**
 * Completes package-lock.json: adds an entry for each optional package of another platform that npm left out.
 *
 * A registry that mirrors only the packages of its own platforms answers 404 for the others; npm then writes a lock
 * without them, and `npm ci` refuses that lock as out of step with package.json. Their versions are pinned by the
 * packages that ask for them, and their names say which platform they are for, so nothing has to be asked of a registry.
 * Run it after `npm install` changed the lock: `npm run lock`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockEntry {
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];
const libraries: readonly (readonly [string, string])[] = [
  ['gnu', 'glibc'],
  ['gnueabihf', 'glibc'],
  ['musl', 'musl'],
  ['musleabihf', 'musl'],
];

/** Whether a package finds another one, in the order in which Node looks through the folders above it. */
function resolves(packages: Readonly<Record<string, LockEntry>>, from: string, name: string): boolean {
  let folder = from;
  for (;;) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
  }
}

function entryFor(name: string, version: string, asker: LockEntry): LockEntry {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const system = systems.find((word) => words.includes(word));
  const processor = processors.find((word) => words.includes(word));
  if (system === undefined || processor === undefined) {
    throw new Error(
      `The name of the optional package ${name} says nothing of its platform; add it to the lock by hand.`,
    );
  }
  if (!/^\d/.test(version)) throw new Error(`${name} is asked for as ${version}, which pins no version.`);
  const library = system === 'linux' ? libraries.find(([word]) => words.includes(word)) : undefined;
  return {
    version,
    cpu: [processor],
    ...(asker.dev === true && { dev: true }),
    ...(library !== undefined && { libc: [library[1]] }),
    optional: true,
    os: [system],
  } as LockEntry;
}

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockEntry> };
const added: [string, LockEntry][] = [];
for (const [at, asker] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(asker.optionalDependencies ?? {})) {
    if (!resolves(lock.packages, at, name)) added.push([`node_modules/${name}`, entryFor(name, version, asker)]);
  }
}
const entries = [...Object.entries(lock.packages), ...added];
lock.packages = Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b, 'en')));
if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added.length} entries added to package-lock.json\n`);
