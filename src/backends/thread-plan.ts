export interface ThreadPlan {
  readonly instances: number;
  readonly threadsPerInstance: number;
  /** What was asked for and could not be given; null where the plan is what was asked for. */
  readonly note: string | null;
}

export interface ThreadWishes {
  /** Threads that the process can run at a time, at least 1: what `os.availableParallelism()` says. */
  readonly availableThreads: number;
  /** @default 1 */
  readonly instances?: number | undefined;
  /** @default what is available, divided by the instances */
  readonly threadsPerInstance?: number | undefined;
}

/**
 * How many calls of a model run at a time, and on how many threads each: together never more than can run, since
 * threads that wait for a CPU make every call slower.
 */
export function planThreads(asked: ThreadWishes): ThreadPlan {
  const cpus = asked.availableThreads;
  const wantedInstances = asked.instances ?? 1;
  const instances = Math.max(1, Math.min(wantedInstances, cpus));
  const most = Math.max(1, Math.floor(cpus / instances));
  const wantedThreads = asked.threadsPerInstance ?? most;
  const threadsPerInstance = Math.max(1, Math.min(wantedThreads, most));
  if (instances === wantedInstances && threadsPerInstance === wantedThreads) {
    return { instances, threadsPerInstance, note: null };
  }
  const note =
    `Asked for ${counted(wantedInstances, 'instance')} with ${counted(wantedThreads, 'thread')} each; with ` +
    `${counted(cpus, 'CPU')} it runs ${counted(instances, 'instance')} with ${counted(threadsPerInstance, 'thread')} each.`;
  return { instances, threadsPerInstance, note };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
