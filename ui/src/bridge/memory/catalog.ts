import type {
  CardState,
  CatalogCard,
  CatalogPage,
  CatalogQuery,
  Entry,
  Facets,
  Need,
  RunsIn,
  Variant,
} from '../types';

export function runsIn(variant: Variant): RunsIn {
  switch (variant.run.type) {
    case 'python':
    case 'node':
    case 'remote':
    case 'kubernetes':
      return variant.run.type;
    default:
      return 'container';
  }
}

function needs(entry: Entry): Need[] {
  const found = new Set<Need>();
  for (const { kind, required } of entry.inputs) {
    if (!required || (kind.type === 'secret' && kind.generate)) continue;
    found.add(
      kind.type === 'secret'
        ? 'secret'
        : ['folder', 'file', 'source'].includes(kind.type)
          ? 'folder'
          : 'value',
    );
  }
  return [...found];
}

export function cardOf(entry: Entry, state: CardState): CatalogCard {
  const offered = entry.variants.filter((variant) => variant.planned === null);
  return {
    id: entry.id,
    title: entry.title,
    publisher: entry.publisher,
    summary: entry.summary,
    trust: entry.trust,
    categories: entry.categories,
    tools: entry.tools_count ?? (entry.tools.length || null),
    runs_in: [...new Set((offered.length ? offered : entry.variants).map(runsIn))],
    needs: needs(entry),
    state,
  };
}

function count<T>(values: readonly T[]): { value: T; count: number }[] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, n]) => ({ value, count: n }));
}

export function search(
  cards: readonly CatalogCard[],
  keywords: ReadonlyMap<string, string>,
  query: CatalogQuery,
): CatalogPage {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (card: CatalogCard): number => {
    const title = card.title.toLowerCase();
    const rest = `${card.publisher} ${card.summary} ${keywords.get(card.id) ?? ''}`.toLowerCase();
    if (!words.every((word) => title.includes(word) || rest.includes(word))) return -1;
    return words.some((word) => title.startsWith(word))
      ? 2
      : words.some((word) => title.includes(word))
        ? 1
        : 0;
  };
  const ranked = cards.map((card) => ({ card, rank: rank(card) })).filter((found) => found.rank >= 0);
  const { filter } = query;
  const secret = (card: CatalogCard) => card.needs.includes('secret');
  const kept = ranked.filter(
    ({ card }) =>
      (!filter.categories.length || card.categories.some((value) => filter.categories.includes(value))) &&
      (!filter.trust.length || filter.trust.includes(card.trust)) &&
      (!filter.runs_in.length || card.runs_in.some((value) => filter.runs_in.includes(value))) &&
      (filter.needs_secrets === null || secret(card) === filter.needs_secrets) &&
      (filter.installed === null || (card.state.state === 'installed') === filter.installed),
  );
  const key = query.sort;
  if (key === 'relevance') kept.sort((a, b) => b.rank - a.rank);
  else kept.sort((a, b) => a.card[key].localeCompare(b.card[key]));
  const all = ranked.map(({ card }) => card);
  const facets: Facets = {
    categories: count(all.flatMap((card) => card.categories)),
    trust: count(all.map((card) => card.trust)),
    runs_in: count(all.flatMap((card) => card.runs_in)),
    needs_secrets: all.filter(secret).length,
    needs_no_secrets: all.filter((card) => !secret(card)).length,
  };
  const end = query.limit === 0 ? undefined : query.offset + query.limit;
  return {
    cards: kept.slice(query.offset, end).map(({ card }) => card),
    total: kept.length,
    size: cards.length,
    facets,
  };
}
