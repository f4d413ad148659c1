/** What became of a wish to spend. */
export interface Spending {
  /** Whether the cost was taken from the budget; if not, nothing was. */
  readonly isGranted: boolean;
  /** What is left of the budget. */
  readonly remaining: number;
  /** After how long the budget is whole again, in milliseconds. */
  readonly resetMs: number;
}

/** How much each caller may still ask for: a whole budget with its first wish, and a whole one again when the window ends. */
export interface Budgets {
  /**
   * Takes a cost from an account, or nothing where it is more than is left.
   * @param account of the caller; see `accountOf`.
   * @param cost a whole number, no more than a whole budget.
   */
  spend(account: string, cost: number): Promise<Spending>;
}
