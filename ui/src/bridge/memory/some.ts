import type { Choices } from '../types';
import { placeOf } from './places';
import { newInstallation } from './plan';
import type { World } from './world';

const someChoices = (entry: string, more: Partial<Choices> = {}): Choices => ({
  entry,
  variant: null,
  name: null,
  place: placeOf('user', ''),
  inputs: {},
  secrets: {},
  replace: false,
  no_cache: false,
  use_image: false,
  direct: false,
  from_env: [],
  ...more,
});

/** A few servers that are installed already, each in another state. */
export function installSome(world: World): void {
  const at = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  for (const [id, more] of [
    ['fetch', {}],
    ['memory', { verified_at: at(30), places: [placeOf('local', '/home/sam/src/website')] }],
    [
      'github',
      {
        verified_at: at(3),
        places: [placeOf('project', '/home/sam/src/a/very/long/path/to/a/project/with/a/long/name')],
      },
    ],
    ['git', { last_error: { code: 'server_exited' as const, exit: 1 }, verified_at: null }],
  ] as const) {
    const entry = world.entry(id);
    const variant = entry.variants[0];
    if (!variant) continue;
    world.installations.set(id, {
      ...newInstallation(entry, variant, id, someChoices(id)),
      tools: entry.tools.map((tool) => ({ ...tool, schema: {} })),
      installed_at: at(48),
      verified_at: at(1),
      ...more,
      places: 'places' in more ? [...more.places] : [placeOf('user', '')],
    });
  }
  world.keychain.set('github/token', 'pretended');
}
