import type { CardState, Entry, EntryPage, Installation, InstallationRow } from '../types';
import { runsIn } from './catalog';
import { imageHere } from './plan';
import type { World } from './world';

/** How an entry stands. */
export function cardState(world: World, entry: Entry): CardState {
  const busy = world.open().find(({ job }) => job.plan.entry === entry.id);
  if (busy) return { state: 'busy', job: busy.job.id };
  const names = [...world.installations.values()]
    .filter((installation) => installation.entry === entry.id)
    .map((installation) => installation.name);
  if (names.length) return { state: 'installed', names };
  return entry.variants.every((variant) => variant.planned) ? { state: 'planned' } : { state: 'available' };
}

/** A server as the list shows it. */
export function row(world: World, installation: Installation): InstallationRow {
  const busy = world.open().find(({ job }) => job.plan.name === installation.name);
  const missing = installation.secrets.find(
    (use) => !world.keychain.has(`${installation.name}/${use.input}`),
  );
  const { launch } = installation;
  const source = launch.kind === 'process' ? (launch.source ?? null) : null;
  const gone = source !== null && world.machine.gone.includes(source) ? source : null;
  return {
    name: installation.name,
    entry: installation.entry,
    title: installation.title,
    variant_title: installation.variant_title,
    version: installation.pins[0]?.version ?? '',
    state: busy
      ? { state: 'busy', job: busy.job.id }
      : missing
        ? { state: 'secret_missing', input: missing.input }
        : gone !== null
          ? { state: 'path_missing', path: gone }
          : installation.last_error
            ? { state: 'failing' }
            : { state: 'ready' },
    sessions: 0,
    tools: installation.tools.length,
    places: installation.places,
    verified_at: installation.verified_at,
    last_error: installation.last_error,
  };
}

/** An entry with what of it can be had on this machine. */
export function entryPage(world: World, id: string): EntryPage {
  const entry = world.entry(id);
  const engine = world.facts().engine;
  const variants = entry.variants.map((variant) => {
    const where = runsIn(variant);
    const inEngine = where === 'container';
    return {
      id: variant.id,
      runs_in: where,
      found:
        where === 'python'
          ? ['uv 0.13.8']
          : where === 'node'
            ? ['Node.js 20.20.2']
            : engine.state === 'found'
              ? ['Docker 28.2.1']
              : [],
      missing: inEngine && engine.state === 'missing' ? engine.error : null,
      checking: inEngine && engine.state === 'unknown',
      keeps_read_only: inEngine,
      image: engine.state === 'found' ? imageHere(variant) : null,
    };
  });
  const usable = entry.variants.find(
    (variant) => !variant.planned && !variants.find((here) => here.id === variant.id)?.missing,
  );
  return {
    entry,
    variants,
    recommended: usable?.id ?? null,
    state: cardState(world, entry),
    registrations: world.under(entry.id),
  };
}
