import { createModelService } from '../gateway/model-service.ts';
import { printLiveSchema } from '../graphql/live-schema.ts';
import { createLogger } from '../observability/logger.ts';
import type { CommandAction } from './command.ts';

/** Loads the models and prints the schema that they make. Models that fail are named on the error stream, with code 1. */
export const printSchemaCommand: CommandAction = async (options, io) => {
  const logger = createLogger({ level: 'error', format: 'pretty', stream: io.errors });
  const { repository, liveSchema } = createModelService(options, logger);
  let failures = 0;
  try {
    await repository.load();
    liveSchema.refresh();
    io.output.write(printLiveSchema(liveSchema.current.schema));
    for (const { name, problem, versions } of repository.models.values()) {
      const reasons = versions.flatMap(({ state }) => ('reason' in state ? [state.reason] : []));
      for (const reason of problem === null ? reasons : [problem]) {
        failures += 1;
        io.errors.write(`inferql: ${name}: ${reason}\n`);
      }
    }
  } finally {
    await repository.close();
  }
  return failures === 0 ? 0 : 1;
};
