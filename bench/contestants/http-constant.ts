import { createServer } from 'node:http';
import { irisPrediction } from './iris-schema.ts';

/** Reads each request to its end and answers a constant, with nothing but node:http: what HTTP costs. */
const { label, score } = irisPrediction;
const answer = JSON.stringify({ data: { predict: { iris: { label, score } } } });
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('content-length', answer.length);
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`listening http://127.0.0.1:${address?.port}`);
});
