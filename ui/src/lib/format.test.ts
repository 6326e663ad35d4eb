import { describe, expect, it } from 'vitest';

import { ago, lasted, list, size } from './format';

const now = Date.parse('2026-11-20T12:00:00Z');

describe('words for times and sizes', () => {
  it.each([
    [null, 'Never'],
    ['nonsense', 'Never'],
    ['2026-11-20T11:59:50Z', 'just now'],
    ['2026-11-20T12:00:50Z', 'just now'],
    ['2026-11-20T11:59:00Z', '1 minute ago'],
    ['2026-11-20T09:00:00Z', '3 hours ago'],
    ['2026-11-18T09:00:00Z', '2 days ago'],
  ])('%s is %s', (at, text) => expect(ago(at, now)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [12_400, '12 KB'],
    [999_499, '999 KB'],
    [999_500, '1 MB'],
    [48_230_000, '48.2 MB'],
    [1_234_000_000, '1.23 GB'],
  ])('%d bytes are %s', (bytes, text) => expect(size(bytes)).toBe(text));

  it('says how long something lasted', () => {
    expect(lasted('2026-11-20T12:00:00Z', '2026-11-20T12:00:09Z')).toBe('9 s');
    expect(lasted('2026-11-20T12:00:00Z', '2026-11-20T12:02:05Z')).toBe('2 min 5 s');
  });

  it('joins names', () => {
    expect(list([])).toBe('');
    expect(list(['a'])).toBe('a');
    expect(list(['a', 'b', 'c'])).toBe('a, b and c');
  });
});
