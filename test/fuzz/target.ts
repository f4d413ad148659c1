import fc from 'fast-check';
import type { Bench } from './bench.ts';

/** Something that takes what others wrote, and what is thrown at it. */
export interface FuzzTarget {
  readonly name: string;
  /** What is made up, in words. */
  readonly about: string;
  /** Cases in the tests. */
  readonly casesInTests: number;
  /** Its part of the cases of the longer run: a weight beside those of the others. */
  readonly share: number;
  open(bench: Bench): Promise<OpenTarget>;
}

/** A target that cases can be thrown at. */
export interface OpenTarget {
  /** @param watch told of each case before it is tried, and how it came out. */
  property(watch: CaseWatch): fc.IRawProperty<unknown>;
  /** Whether everything still does what it should, after all cases. @throws when it does not */
  stillWorks(): Promise<void>;
}

/** What follows the cases of a target. */
export interface CaseWatch {
  begin(each: unknown): void;
  end(outcome: string): void;
}

/** What a target is made of, for cases of one kind. */
export interface TargetParts<Case> {
  /** Cases are small descriptions of what to send, not what is sent: a counterexample is to be read. */
  readonly cases: fc.Arbitrary<Case>;
  /** @returns in a word how it came out, to be counted. @throws when it came out as it never may */
  readonly check: (each: Case) => string | Promise<string>;
  readonly stillWorks?: () => Promise<void>;
}

/** A target by its parts, whatever its cases are. */
export function throwing<Case>({ cases, check, stillWorks = async () => undefined }: TargetParts<Case>): OpenTarget {
  return {
    property: (watch) =>
      fc.asyncProperty(cases, async (each) => {
        watch.begin(each);
        watch.end(await check(each));
      }) as fc.IRawProperty<unknown>,
    stillWorks,
  };
}
