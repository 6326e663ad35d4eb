import { cardOf, search } from '../catalog';
import { explained } from '../explain';
import { cardState, entryPage } from '../views';
import type { Handlers } from './handlers';
import type { World } from '../world';

/** The catalog, its entries and the source folders. */
export function catalog(world: World) {
  return {
    catalog_list: (query) =>
      search(
        world.entries.map((entry) => cardOf(entry, cardState(world, entry))),
        world.keywords,
        query,
      ),
    catalog_reports: () => [],
    entry_get: ({ id }) => entryPage(world, id),
    error_explain: ({ entry, variant, text }) => explained(world.entry(entry), variant, text),
    source_find: () => world.search ?? { sources: world.found, complete: true },
    source_stop: () => null,
    source_env: ({ folder }) => world.env[folder] ?? null,
  } satisfies Partial<Handlers>;
}
