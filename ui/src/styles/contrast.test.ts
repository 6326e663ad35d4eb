import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const css = readFileSync('src/styles/tokens.css', 'utf8');

function tokens(...selectors: RegExp[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const selector of selectors) {
    const block = selector.exec(css)?.[1] ?? '';
    for (const [, name = '', value = ''] of block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g))
      found[name] = value;
  }
  return found;
}

const light = tokens(/:root \{([\s\S]*?)\n\}/, /white on it[\s\S]*?:root \{([\s\S]*?)\n\}/);
const dark = { ...light, ...tokens(/data-theme='dark'\] \{([\s\S]*?)\n\}/) };

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const surfaces = ['bg', 'surface', 'raised', 'sunken'];
/** Text, what it stands on, and the least ratio. */
const pairs: [string, string, number][] = [
  ...['text', 'muted', 'faint'].flatMap((text) =>
    [...surfaces, 'accent-soft'].map((on): [string, string, number] => [text, on, 4.5]),
  ),
  ...['ok', 'warn', 'bad'].flatMap((tone) =>
    [`${tone}-soft`, 'surface', 'raised', 'bg'].map((on): [string, string, number] => [tone, on, 4.5]),
  ),
  ...['ok-soft', 'warn-soft', 'bad-soft'].map((on): [string, string, number] => ['text', on, 4.5]),
  ['accent', 'surface', 4.5],
  ['accent', 'raised', 4.5],
  ['accent-strong', 'accent-soft', 4.5],
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-hover', 4.5],
  ['on-bad', 'bad', 4.5],
  ['on-bad', 'bad-hover', 4.5],
  // The outline of a field, and the ring of the focus, are no text: 3 is enough.
  ...['bg', 'surface', 'raised'].map((on): [string, string, number] => ['field-line', on, 3]),
  ...surfaces.map((on): [string, string, number] => ['accent', on, 3]),
];

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('contrast in the %s theme', (_name, theme) => {
  it.each(pairs)('%s on %s is at least %d', (front, back, least) => {
    const [a, b] = [theme[front], theme[back]];
    if (!a || !b) throw new Error(`no token ${a ? back : front}`);
    expect(contrast(a, b)).toBeGreaterThanOrEqual(least);
  });

  it('holds for white on every monogram', () => {
    const monograms = Object.entries(theme).filter(([name]) => /^mono-\d+$/.test(name));
    expect(monograms).toHaveLength(12);
    for (const [, colour] of monograms) expect(contrast('#ffffff', colour)).toBeGreaterThanOrEqual(4.5);
  });
});
