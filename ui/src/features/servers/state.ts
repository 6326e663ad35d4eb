import type { ServerState } from '@/bridge';

export const stateTones = {
  ready: 'ok',
  in_use: 'ok',
  busy: 'accent',
  secret_missing: 'bad',
  path_missing: 'bad',
  not_registered: 'warn',
  failing: 'bad',
  unverified: 'neutral',
} as const satisfies Record<ServerState['state'], string>;
