import {
  type AppEvent,
  type BerthError,
  CallFailed,
  type CommandName,
  type Entry,
  type EnvFound,
  type FoundSource,
  type ImageReview,
  type Installation,
  type LogPage,
  type Plan,
  type RegistrationSummary,
  type ServiceRow,
  type Settings,
  type SourcesFound,
  type StepOutcome,
} from '../types';
import { entries, manyEntries } from './entries';
import { factsOf, goodMachine, type Machine } from './facts';
import { healthOf } from './health';
import { type JobOptions, newJob, run, type Running } from './jobs';

export interface MemoryOptions extends JobOptions {
  machine: Machine;
  /** Invented entries besides the usual ones. */
  generated: number;
  /** A few servers are installed already. */
  installed: boolean;
  /** The catalog is empty. */
  empty: boolean;
  /** How commands answer: for the states of loading and failing. */
  answers: 'at once' | 'never' | 'fail';
}

const defaults: MemoryOptions = {
  machine: goodMachine,
  generated: 0,
  installed: false,
  empty: false,
  answers: 'at once',
  stepMs: 0,
};

/** Fails as a command does. */
export const fail = (error: BerthError): never => {
  throw new CallFailed(error);
};

/** What there is on the pretended machine, and what happens to it. */
export class World {
  readonly options: MemoryOptions;
  machine: Machine;
  settings: Settings = {
    theme: 'system',
    engine_endpoint: null,
    claude_program: null,
    vault: 'keychain',
    recent_projects: ['/home/sam/src/website', '/home/sam/src/kaiten-mcp'],
    recent_sources: [],
  };
  readonly installations = new Map<string, Installation>();
  /** What is in the pretended keychain, by `name/input`. */
  readonly keychain = new Map<string, string>();
  /** Addresses that were opened in the pretended browser. */
  readonly opened: string[] = [];
  /** Source folders of the projects on the pretended disk. */
  found: FoundSource[] = [{ path: '/home/sam/src/kaiten-mcp', version: '0.1.0', used_before: false }];
  /** The `.env` files of source folders, by the folder; and what their secrets are. */
  env: Record<string, EnvFound> = {};
  envSecrets: Record<string, string> = {};
  /** A search that is answered when a test says so. */
  search: Promise<SourcesFound> | null = null;
  /** The logs that servers keep, by the server. */
  logs: Record<string, LogPage[]> = {};
  /** What there is to say of the images that servers run from, by the server. */
  images: Record<string, ImageReview> = {};
  /** Servers whose registration somebody has taken out by hand. */
  readonly unregistered = new Set<string>();
  /** Whether a diagnosis goes on until it is stopped. */
  slow = false;
  stopDiagnosis: () => void = () => undefined;
  /** What the native dialogs give, one after the other. */
  picks: (string | null)[] = [];
  /** Why actions cannot be done now, by their identifiers. */
  obstacles: Record<string, BerthError> = {};
  /** The passphrases that came with backups. */
  passphrases: (string | null)[] = [];
  /** Every call, for tests. */
  readonly calls: { name: CommandName; request: unknown }[] = [];

  readonly entries: readonly Entry[];
  readonly keywords: ReadonlyMap<string, string>;
  readonly jobs = new Map<string, Running>();
  readonly #listeners = new Set<(event: AppEvent) => void>();

  constructor(options: Partial<MemoryOptions> = {}) {
    this.options = { ...defaults, ...options };
    this.machine = this.options.machine;
    this.entries = this.options.empty ? [] : [...entries, ...manyEntries(this.options.generated)];
    this.keywords = new Map(this.entries.map((entry) => [entry.id, entry.keywords.join(' ')]));
  }

  subscribe(listener: (event: AppEvent) => void): Promise<() => void> {
    this.#listeners.add(listener);
    return Promise.resolve(() => this.#listeners.delete(listener));
  }

  /** Sends an event, as Rust would. */
  emit(event: AppEvent): void {
    for (const listener of this.#listeners) listener(structuredClone(event));
  }

  /** The machine changes under the window. */
  become(machine: Partial<Machine>): void {
    this.machine = { ...this.machine, ...machine };
    this.emit({ kind: 'facts', facts: this.facts() });
  }

  facts() {
    return factsOf(this.machine, this.registrations());
  }

  registrations(): RegistrationSummary[] {
    return [...this.installations.values()].flatMap((installation) =>
      installation.places.map((place) => ({
        name: installation.name,
        place,
        transport: 'stdio',
        target: '/usr/bin/berth',
        is_berths: true,
      })),
    );
  }

  entry(id: string): Entry {
    return this.entries.find((entry) => entry.id === id) ?? fail({ code: 'entry_unknown', entry: id });
  }

  installation(name: string): Installation {
    return this.installations.get(name) ?? fail({ code: 'not_installed', name });
  }

  under(name: string): RegistrationSummary[] {
    return [...this.registrations(), ...this.machine.foreign].filter((found) => found.name === name);
  }

  /** The services of a stack: all well, or all stopped. */
  services({ launch, stopped }: Installation): ServiceRow[] {
    const services = launch.kind === 'container' ? (launch.stack?.services ?? []) : [];
    return services.map(({ name, launch: { image } }) => ({
      name,
      image,
      state: stopped ? 'stopped' : 'well',
    }));
  }

  turn(name: string, stopped: boolean): null {
    this.installations.set(name, { ...this.installation(name), stopped });
    this.emit({ kind: 'installations' });
    return null;
  }

  job(id: string): Running {
    return this.jobs.get(id) ?? fail({ code: 'job_unknown', job: id });
  }

  open(): Running[] {
    return [...this.jobs.values()].filter(({ job }) => job.ended_at === null);
  }

  begin(plan: Plan, finish: () => StepOutcome): { job: string } {
    if (this.open().some(({ job }) => job.plan.name === plan.name))
      fail({ code: 'job_running', name: plan.name });
    const running: Running = { job: newJob(plan), log: [], cancelled: false };
    this.jobs.set(running.job.id, running);
    const changes = () => {
      const outcome = finish();
      this.emit({ kind: 'installations' });
      this.emit({ kind: 'facts', facts: this.facts() });
      return outcome;
    };
    void run(running, this.options, (event) => this.emit({ kind: 'job', event }), changes);
    return { job: running.job.id };
  }

  verified(name: string): StepOutcome {
    const installation = this.installation(name);
    const entry = this.entry(installation.entry);
    const tools = entry.tools.map((tool) => ({ ...tool, schema: {} }));
    this.installations.set(name, {
      ...installation,
      tools,
      verified_at: new Date().toISOString(),
      last_error: null,
      health: healthOf(installation),
    });
    return {
      outcome: 'verified',
      tools,
      answered_ms: 812,
      pending_approval: installation.places.some((place) => place.scope === 'project'),
    };
  }
}
