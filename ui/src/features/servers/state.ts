import type { ServerState, ServiceState } from '@/bridge';

export const stateTones = {
  ready: 'ok',
  in_use: 'ok',
  busy: 'accent',
  secret_missing: 'bad',
  path_missing: 'bad',
  stopped: 'neutral',
  not_registered: 'warn',
  failing: 'bad',
  unverified: 'neutral',
} as const satisfies Record<ServerState['state'], string>;

export const serviceTones = {
  starting: 'accent',
  well: 'ok',
  unwell: 'bad',
  stopped: 'neutral',
} as const satisfies Record<ServiceState, string>;
