import { fileURLToPath } from 'node:url';
import { ask, drive, warm } from '../load.ts';
import { startServer } from '../process.ts';
import type { Scenario } from '../scenario.ts';
import { startGatewayProcess } from '../gateway-process.ts';

const body = JSON.stringify({
  query: 'query($i: IrisInput!) { predict { iris(input: $i) { label score } } }',
  variables: { i: { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 } },
});
const connections = 32;

/**
 * One iris row a request, at 32 connections, with real inference and everything on, against a stock Apollo standalone
 * server that returns a constant of the same shape.
 */
export const irisAgainstApollo: Scenario = {
  name: 'iris, one row a request, 32 connections, against stock Apollo returning a constant',
  async measure({ runs, seconds }) {
    const gateway = await startGatewayProcess(fileURLToPath(new URL('../../models/', import.meta.url)));
    const script = fileURLToPath(new URL('../contestants/apollo-constant.ts', import.meta.url));
    const apollo = await startServer([script], /^listening (\S+)/);
    try {
      const answers = [await ask(gateway.url, body), await ask(apollo.url, body)].map((answer) =>
        JSON.stringify(answer),
      );
      if (answers[0] !== answers[1]) throw new Error(`The answers differ: ${answers.join(' ')}`);
      for (const { url } of [gateway, apollo]) await warm({ url, body, connections });
      const values: number[] = [];
      const perSecond: { gateway: number; apollo: number }[] = [];
      for (let run = 0; run < runs; run += 1) {
        const theirs = await drive({ url: apollo.url, body, connections, seconds });
        const ours = await drive({ url: gateway.url, body, connections, seconds });
        values.push(ours.requestsPerSecond / theirs.requestsPerSecond);
        perSecond.push({ gateway: Math.round(ours.requestsPerSecond), apollo: Math.round(theirs.requestsPerSecond) });
      }
      return [{ name: 'irisRequestsAgainstApollo', unit: '×', values, details: { requestsPerSecond: perSecond } }];
    } finally {
      await Promise.all([gateway.stop(), apollo.stop()]);
    }
  },
};
