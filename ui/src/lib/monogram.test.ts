import { describe, expect, it } from 'vitest';

import { MONOGRAM_COLOURS, monogramColour, monogramText } from './monogram';

describe('monograms', () => {
  it.each([
    ['Time', 'TI'],
    ['mcp-orchestration', 'MO'],
    ['dot-ai', 'DA'],
    ['Sequential Thinking', 'ST'],
    ['x', 'X'],
    ['', '?'],
    ['…', '?'],
    ['Ñandú', 'ÑA'],
    ['𝒳yz', '𝒳Y'],
  ])('%s is %s', (title, text) => expect(monogramText(title)).toBe(text));

  it('gives one identifier one colour, and uses all colours', () => {
    expect(monogramColour('time')).toBe(monogramColour('time'));
    const used = new Set(Array.from({ length: 300 }, (_, i) => monogramColour(`entry-${String(i)}`)));
    expect(used.size).toBe(MONOGRAM_COLOURS);
  });
});
