import { setImmediate as nextTurn } from 'node:timers/promises';
import { specifiedRules, validate, type GraphQLError, type GraphQLSchema } from 'graphql';
import { GatewayError } from '../../errors.ts';
import type { Logger } from '../../observability/logger.ts';
import { absentModels, type ExplainAbsentField } from '../absent-models.ts';
import { apiNames } from '../api-names.ts';
import type { TrustedDocument, TrustedDocuments } from './documents-file.ts';

export interface FitnessSource {
  readonly documents: () => TrustedDocuments;
  readonly schema: () => GraphQLSchema;
  /** Names of all models, those that do not serve among them. */
  readonly models: () => Iterable<string>;
  readonly explainAbsentField: ExplainAbsentField;
}

/** Tells the log of trusted documents that the schema has no place for: a client has them, and nobody here runs them. */
export class FitnessReport {
  readonly #source: FitnessSource;
  readonly #logger: Logger;
  /** Why documents do not fit, by their ids, as the log was told. */
  readonly #told = new Map<string, string>();
  #round = 0;

  constructor(source: FitnessSource, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  /**
   * Checks every document, each in a turn of the event loop of its own, and tells what changed since the last time. A
   * check that begins while another runs takes its place.
   */
  async check(): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    const { byId } = this.#source.documents();
    for (const id of this.#told.keys()) if (!byId.has(id)) this.#told.delete(id);
    for (const document of byId.values()) {
      await nextTurn();
      if (round !== this.#round) return;
      this.#checkOne(document);
    }
  }

  #checkOne({ id, document }: TrustedDocument): void {
    const rules = [...specifiedRules, absentModels(this.#source.explainAbsentField)];
    const [error] = validate(this.#source.schema(), document, rules, { maxErrors: 1 });
    const told = this.#told.get(id);
    if (error === undefined) {
      if (told === undefined) return;
      this.#told.delete(id);
      this.#logger.info('trusted document fits again', { document: id });
    } else if (told !== error.message) {
      this.#told.set(id, error.message);
      const model = this.#modelOf(error);
      this.#logger.warn('trusted document does not fit the schema', {
        document: id,
        ...(model === undefined ? {} : { model }),
        reason: error.message,
      });
    }
  }

  /** The model that an error is about: one that is absent, or one whose types are named in it. */
  #modelOf({ originalError, message }: GraphQLError): string | undefined {
    if (originalError instanceof GatewayError) return originalError.options.model;
    const words = new Set(message.match(/\w+/g));
    return [...this.#source.models()].find((name) => {
      const { typePrefix } = apiNames(name);
      return words.has(`${typePrefix}Input`) || words.has(`${typePrefix}Prediction`);
    });
  }
}
