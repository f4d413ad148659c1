import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { negotiateEncoding } from '../../../src/http/accept-encoding.ts';

describe('negotiateEncoding', () => {
  const both = new Set(['br', 'gzip'] as const);

  it('takes the smallest that both sides have', () => {
    assert.equal(negotiateEncoding('gzip, deflate, br', both), 'br');
    assert.equal(negotiateEncoding('gzip, br', new Set(['gzip'] as const)), 'gzip');
    assert.equal(negotiateEncoding('GZIP', both), 'gzip');
    assert.equal(negotiateEncoding('*', both), 'br');
  });

  it('sends the plain file where nothing fits', () => {
    for (const header of [undefined, '', 'zstd', 'identity', 'identity;q=0', 'br;q=nonsense']) {
      assert.equal(negotiateEncoding(header, both), null, header);
    }
    assert.equal(negotiateEncoding('br, gzip', new Set()), null);
  });

  it('never sends what the client refuses with weight 0', () => {
    assert.equal(negotiateEncoding('br;q=0, gzip;q=0.5', both), 'gzip');
    assert.equal(negotiateEncoding('br; Q=0.0, *', both), 'gzip');
    assert.equal(negotiateEncoding('*;q=0', both), null);
  });
});
