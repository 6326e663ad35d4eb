/** Entries of the twin: the shapes of the built-in catalog, so that every screen has something to show. */
import type { Entry } from '../../types';
import { packages } from './packages';
import { projects } from './projects';
import { entry, node, python } from './shapes';

export { input } from './shapes';

export const entries: readonly Entry[] = [...packages, ...projects];

/** Invented entries, to see the catalog with many of them. */
export function manyEntries(count: number): Entry[] {
  const kinds = ['databases', 'cloud', 'web', 'work', 'files', 'knowledge'] as const;
  const trusts = ['publisher', 'community', 'community'] as const;
  return Array.from({ length: count }, (_, i) =>
    entry({
      id: `generated-${String(i)}`,
      title: `Server ${String(i)}`,
      publisher: `publisher-${String(i % 97)}`,
      summary: `Number ${String(i)} of many, made to see how the catalog scrolls.`,
      categories: [kinds[i % kinds.length] ?? 'web'],
      trust: trusts[i % trusts.length] ?? 'community',
      tools_count: (i % 40) + 1,
      variants: [i % 2 ? node(`server-${String(i)}`, '1.0.0') : python(`server-${String(i)}`, '1.0.0')],
    }),
  );
}
