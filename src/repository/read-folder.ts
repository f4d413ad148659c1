import { hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { mapInLanes } from './map-in-lanes.ts';

/** What a folder looks like from outside, without a byte of its files being read. */
export interface FolderReading {
  /** Changes when any file in the folder does: names, sizes, times, inodes; links followed. */
  readonly fingerprint: string;
  /** When anything in the folder was last modified: milliseconds since the epoch, 0 for an empty folder. */
  readonly changedAt: number;
}

/** Weights may lie in folders below a version; what lies deeper is not looked at, so that a circle of links ends. */
const deepest = 4;
/** Models with a file for each tensor have some thousands. The files at the top come first. */
const mostEntries = 4096;
/** Calls to the disk at a time, for one folder. More would keep the few threads that Node has for files from others. */
const lanes = 4;

/** Somebody took the entry away, perhaps just now: as good as never there. */
const goneCodes = ['ENOENT', 'ENOTDIR', 'ELOOP'];
const forbiddenCodes = ['EACCES', 'EPERM'];

/**
 * Reads what stat says of everything in a folder. What vanishes meanwhile, or may not be read, counts as absent.
 * @throws the system's error when the disk itself is at fault.
 */
export async function readFolder(folder: string): Promise<FolderReading> {
  const files: string[] = [];
  let changedAt = 0;
  let left = mostEntries;
  let level = [''];
  for (let depth = 1; depth <= deepest && level.length > 0 && left > 0; depth += 1) {
    const listed = await mapInLanes(level, lanes, async (way) =>
      (await listEntries(join(folder, way))).map((name) => join(way, name)),
    );
    const ways = listed.flat().slice(0, left);
    left -= ways.length;
    level = [];
    const entries = await mapInLanes(ways, lanes, async (way) => ({ way, stats: await statEntry(join(folder, way)) }));
    for (const { way, stats } of entries) {
      if (stats === null) continue;
      changedAt = Math.max(changedAt, modifiedAt(stats));
      if (stats.isDirectory()) level.push(way);
      else files.push(`${way}\0${fingerprintOf(stats)}`);
    }
  }
  return { fingerprint: hash('sha256', files.join('\0'), 'base64url'), changedAt };
}

/**
 * What changes when a file is written or replaced. The time of its last change of status is there for the tools that
 * put the old times back, or give every file the same one.
 */
export function fingerprintOf(stats: BigIntStats): string {
  const { size, mtimeNs, ctimeNs, ino } = stats;
  // Reading a pipe changes its times.
  if (!stats.isFile() && !stats.isDirectory()) return `${ino}`;
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

/** Milliseconds since the epoch. */
export function modifiedAt({ mtimeNs }: BigIntStats): number {
  return Number(mtimeNs) / 1e6;
}

/** The names in a folder, sorted; none when it is gone or may not be read. @throws the system's error otherwise. */
async function listEntries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (isGone(error) || isForbidden(error)) return [];
    throw error;
  }
}

/**
 * What lies at a path, links followed; of a link that leads nowhere the link itself; null when nothing is there.
 * @throws the system's error when the disk itself is at fault.
 */
export async function statEntry(path: string): Promise<BigIntStats | null> {
  for (const look of [stat, lstat]) {
    try {
      return await look(path, { bigint: true });
    } catch (error) {
      if (!isGone(error) && !isForbidden(error)) throw error;
    }
  }
  return null;
}

/** Whether a file operation failed because nothing is there. */
export function isGone(error: unknown): boolean {
  return goneCodes.includes(systemCode(error));
}

/** Whether a file operation failed because it is not allowed. */
export function isForbidden(error: unknown): boolean {
  return forbiddenCodes.includes(systemCode(error));
}
