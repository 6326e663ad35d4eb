import type { Bridge, Fix, Probe } from '@/bridge';

/** What a fix works with; the window's app has all of it. */
export interface Workbench {
  readonly bridge: Bridge;
  readonly facts: { readonly refreshing: boolean; refresh(probes: Probe[]): Promise<void> };
  readonly announcer: { say(text: string): void };
}

/** A fix that begins with a dialog about a server. */
export type Asks = Extract<Fix, { fix: 'connect' | 'install_again' }>;
