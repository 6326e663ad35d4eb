import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { type AST, parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';

const src = path.resolve('src');

function components(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const whole = path.join(folder, entry.name);
    if (entry.isDirectory()) return components(whole);
    return entry.name.endsWith('.svelte') ? [whole] : [];
  });
}

/** Attributes that people read or hear. */
const READ = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'text', 'help', 'subtitle']);

/** Texts with letters that stand in a component itself. */
function ownTexts(source: string): string[] {
  const found: string[] = [];
  const letters = (text: string) => /\p{L}{2}/u.test(text);
  const walk = (node: unknown, inAttribute: string | null): void => {
    if (Array.isArray(node)) {
      for (const child of node) walk(child, inAttribute);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const typed = node as { type?: string; name?: string; data?: string };
    if (typed.type === 'Text') {
      const read = inAttribute === null || READ.has(inAttribute);
      if (read && typed.data && letters(typed.data)) found.push(typed.data.trim());
      return;
    }
    const attribute =
      typed.type === 'Attribute' || typed.type === 'StyleDirective' ? (typed.name ?? '') : inAttribute;
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'parent') walk(value, attribute);
    }
  };
  const ast: AST.Root = parse(source, { modern: true });
  walk(ast.fragment, null);
  return found;
}

describe('components have no text of their own', () => {
  it('finds one where there is one', () => {
    expect(ownTexts('<p class="flex">Hello</p><input placeholder="Name" data-x="ok" />')).toEqual([
      'Hello',
      'Name',
    ]);
    expect(ownTexts("<p title={t('a.b')}>{t('a.b')} · {n} %</p>")).toEqual([]);
  });

  it.each(components(src).map((file) => [path.relative(src, file), file] as const))('%s', (_name, file) => {
    expect(ownTexts(readFileSync(file, 'utf8'))).toEqual([]);
  });
});
