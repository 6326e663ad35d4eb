import type { Bridge, Facts, Probe } from '@/bridge';

const unknown = { state: 'unknown' } as const;

/** Until the probes answer nothing is claimed. */
const NOTHING: Facts = {
  engine: unknown,
  vault: unknown,
  claude: unknown,
  claude_desktop: unknown,
  uv: unknown,
  python: unknown,
  node: unknown,
  git: unknown,
  launcher_on_path: unknown,
};

/** What the probes found on this machine; every answer arrives as an event. */
export class FactsStore {
  value = $state.raw<Facts>(NOTHING);
  /** Somebody asked to look again, and the answer is not there yet. */
  refreshing = $state(false);

  constructor(private readonly bridge: Bridge) {}

  async load(): Promise<void> {
    this.value = await this.bridge.call('facts_get');
  }

  take(facts: Facts): void {
    this.value = facts;
  }

  /** Looks again; no probes means all of them. */
  async refresh(probes: Probe[] = []): Promise<void> {
    this.refreshing = true;
    try {
      await this.bridge.call('facts_refresh', { probes });
      await this.load();
    } finally {
      this.refreshing = false;
    }
  }
}
