import { GatewayError, type BadInputReason } from '../../src/errors.ts';

/** What `assert.throws` expects of a value that is refused: the reason, the place of it, and perhaps words of the message. */
export function refusal(reason: BadInputReason, input: string, message: RegExp = /./): (error: unknown) => true {
  return (error) => {
    if (!(error instanceof GatewayError) || error.code !== 'BAD_USER_INPUT') throw error;
    const details = error.options.details as { readonly reason: string; readonly input: string };
    const found = `${details.reason} at ${details.input}`;
    if (found !== `${reason} at ${input}`) {
      throw new Error(`expected ${reason} at ${input}, found ${found}: ${error.message}`, { cause: error });
    }
    if (!message.test(error.message)) throw new Error(`${error.message} does not match ${message}`, { cause: error });
    return true;
  };
}
