import { type TestGateway, query } from './gateway.ts';

/** What the API says of a model of which one version is in the repository. */
export interface ModelState {
  readonly field: string | null;
  readonly problem: string | null;
  readonly phase: string | undefined;
  readonly reason: string | null | undefined;
  readonly notes: readonly string[] | undefined;
}

const document = `query($name: ID!) {
  model(name: $name) { field problem versions { notes state { phase reason } } }
}`;

/** Asks the API for the state of a model's newest version. */
export async function stateOf(gateway: Pick<TestGateway, 'graphqlUrl'>, name: string): Promise<ModelState> {
  const { field, problem, versions } = (await query(gateway, document, { name })).data.model;
  const [newest] = versions;
  return { field, problem, phase: newest?.state.phase, reason: newest?.state.reason, notes: newest?.notes };
}
