import type { Health, Installation } from '../types';

/** What the server says of itself, where it has paths for that: it is well. */
export function healthOf({ launch }: Installation): Health | undefined {
  if (launch.kind !== 'remote' || !launch.health) return undefined;
  const well = (path: string | null) => (path === null ? null : { path, status: 200 });
  const { live, ready, metrics } = launch.health;
  return {
    asked_at: new Date().toISOString(),
    live: well(live),
    ready: well(ready),
    metrics: well(metrics),
    numbers: [],
    left_out: 0,
  };
}
