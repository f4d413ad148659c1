import type { GatewayOptions } from '../config/options.ts';
import { createModelService } from '../gateway/model-service.ts';
import { createLogger } from '../observability/logger.ts';
import { reportOn } from './check-report.ts';
import { printCheckReport } from './check-text.ts';
import type { CommandEnvironment } from './command.ts';
import { compareSchemas, readSchemaFile } from './schema-file.ts';

/** What `check` takes besides settings. */
export interface CheckFlags {
  /** A file with the schema that clients rely on. */
  readonly schema?: string;
  readonly json?: boolean;
}

/** Loads everything that the repository would serve, as the server does, and reports on it: with code 0 when all is well. */
export async function check(options: GatewayOptions, io: CommandEnvironment, flags: CheckFlags): Promise<number> {
  const relied = flags.schema === undefined ? null : { file: flags.schema, schema: await readSchemaFile(flags.schema) };
  const logger = createLogger({ level: 'error', format: 'pretty', stream: io.errors });
  const service = createModelService(options, logger);
  const { repository, liveSchema } = service;
  try {
    await repository.load();
    liveSchema.refresh();
    const schema = relied && compareSchemas(relied.file, relied.schema, liveSchema.current.schema);
    const report = await reportOn(service, options.models, schema);
    io.output.write(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : printCheckReport(report));
    return report.ok ? 0 : 1;
  } finally {
    await repository.close();
  }
}
