import { getContext, setContext } from 'svelte';

import {
  type AppEvent,
  type AppInfo,
  asBerthError,
  type BerthError,
  type Bridge,
  type Check,
  type InstallationRow,
  type Job,
} from '@/bridge';
import { followKeyboard } from '@/lib/keyboard';
import { onScreen } from '@/lib/painted';
import { errorMessage } from '@/messages/errors';
import { t } from '@/messages';
import { jobDone } from '@/messages/jobs';

import { Announcer } from './announcer.svelte';
import { CatalogStore } from './catalog.svelte';
import { FactsStore } from './facts.svelte';
import { JobsStore } from './jobs.svelte';
import { NetworkStore } from './network.svelte';
import { Overlays } from './overlays.svelte';
import { Resource } from './resource.svelte';
import { Router } from './router.svelte';
import { applyTheme, SettingsStore } from './settings.svelte';

/** Everything the window knows, fed by one stream of events. */
export class App {
  readonly router = new Router();
  readonly announcer = new Announcer();
  readonly overlays = new Overlays();
  readonly network = new NetworkStore();
  readonly facts: FactsStore;
  readonly catalog: CatalogStore;
  readonly jobs: JobsStore;
  readonly settings: SettingsStore;
  readonly info: Resource<AppInfo>;
  readonly installations: Resource<InstallationRow[]>;
  readonly checks: Resource<Check[]>;
  /** The connection to Rust itself failed: nothing else can be shown. */
  failure = $state.raw<BerthError | null>(null);
  /** The last job that ended while nobody looked at it. */
  notice = $state.raw<{ job: string; text: string; good: boolean } | null>(null);
  /** Counts changes of installations and secrets; pages that show them ask again when it moves. */
  revision = $state(0);

  constructor(readonly bridge: Bridge) {
    this.facts = new FactsStore(bridge);
    this.catalog = new CatalogStore(bridge);
    this.jobs = new JobsStore(bridge, (job) => this.#over(job));
    this.settings = new SettingsStore(bridge);
    this.info = new Resource(() => bridge.call('app_info'));
    this.installations = new Resource(() => bridge.call('installation_list'));
    this.checks = new Resource(() => bridge.call('doctor_run'));
  }

  /**
   * The catalog comes first: it is what people see. Only when it is on the screen does the window
   * subscribe, and with that the machine is looked at, which takes both processors for a second.
   * What else there is, is asked for after the subscription, so that no change falls between.
   */
  async start(): Promise<() => void> {
    applyTheme(this.settings.theme);
    const stops = [this.router.start(), this.settings.followSystem(), this.network.start(), followKeyboard()];
    try {
      await Promise.all([this.catalog.load(), this.settings.load()]);
      await onScreen();
      stops.push(await this.bridge.subscribe((event) => this.#take(event)));
      await Promise.all([this.facts.load(), this.jobs.load(), this.installations.load(), this.info.load()]);
    } catch (thrown) {
      this.failure = asBerthError(thrown);
    }
    return () => stops.forEach((stop) => stop());
  }

  #take(event: AppEvent): void {
    switch (event.kind) {
      case 'facts':
        this.facts.take(event.facts);
        this.revision++;
        break;
      case 'job':
        this.jobs.take(event.event);
        break;
      case 'installations':
        this.#changed();
        break;
      case 'settings':
        this.settings.take(event.settings);
        break;
      case 'recovered':
        void this.jobs.load();
        this.#changed();
        this.announcer.say(t('activity.recovered', { count: event.jobs.length }));
        break;
    }
  }

  #changed(): void {
    this.revision++;
    void this.installations.load();
    void this.catalog.load();
  }

  #over(job: Job): void {
    this.#changed();
    const good = job.state === 'done';
    const text = good
      ? jobDone(job)
      : errorMessage(job.error ?? { code: job.state === 'cancelled' ? 'cancelled' : 'interrupted' });
    this.announcer.say(text);
    const { route } = this.router;
    const looking = route.page === 'activity' && route.job === job.id;
    this.notice = looking ? null : { job: job.id, text, good };
  }
}

const KEY = Symbol('app');

export function provideApp(app: App): void {
  setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}
