import {
  type AppEvent,
  type BerthError,
  type Bridge,
  type CallArguments,
  CallFailed,
  type CardState,
  type Choices,
  type CommandName,
  type Commands,
  type Entry,
  type EntryPage,
  type EnvFound,
  type FoundSource,
  type Installation,
  type InstallationRow,
  type LogPage,
  type PlaceRequest,
  type Plan,
  type PlanPreview,
  type RegistrationSummary,
  type Response,
  type SecretRow,
  type ServiceRow,
  type Settings,
  type SourcesFound,
  type StepOutcome,
} from '../types';
import { actionPlan, actionRows } from './actions';
import { backupPlan, restorePlan } from './backups';
import { cardOf, runsIn, search } from './catalog';
import { diagnosisOf } from './diagnose';
import { entries, manyEntries } from './entries';
import { explained } from './explain';
import { exportsOf } from './exports';
import { connectPlan, disconnectPlan, isSame, placeOf, removePlan } from './places';
import { checksOf, factsOf, goodMachine, type Machine } from './facts';
import { healthOf } from './health';
import { logPage } from './logs';
import { environmentsOf } from './folders';
import { type JobOptions, newJob, run, type Running } from './jobs';
import { HOME, imageHere, inputProblems, installPlan, launcher, newInstallation, previewOf } from './plan';

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

type Handlers = {
  [Name in CommandName]: (
    request: Commands[Name]['request'],
  ) => Commands[Name]['response'] | Promise<Commands[Name]['response']>;
};

const fail = (error: BerthError): never => {
  throw new CallFailed(error);
};

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

export class MemoryBridge implements Bridge {
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
  /** Servers whose registration somebody has taken out by hand. */
  readonly unregistered = new Set<string>();
  /** Whether a diagnosis goes on until it is stopped. */
  slow = false;
  #stopDiagnosis: () => void = () => undefined;
  /** What the native dialogs give, one after the other. */
  picks: (string | null)[] = [];
  /** Why actions cannot be done now, by their identifiers. */
  obstacles: Record<string, BerthError> = {};
  /** The passphrases that came with backups. */
  passphrases: (string | null)[] = [];
  /** Every call, for tests. */
  readonly calls: { name: CommandName; request: unknown }[] = [];

  readonly #entries: readonly Entry[];
  readonly #keywords: ReadonlyMap<string, string>;
  readonly #jobs = new Map<string, Running>();
  readonly #listeners = new Set<(event: AppEvent) => void>();

  constructor(options: Partial<MemoryOptions> = {}) {
    this.options = { ...defaults, ...options };
    this.machine = this.options.machine;
    this.#entries = this.options.empty ? [] : [...entries, ...manyEntries(this.options.generated)];
    this.#keywords = new Map(this.#entries.map((entry) => [entry.id, entry.keywords.join(' ')]));
    if (this.options.installed) this.#installSome();
  }

  async call<Name extends CommandName>(name: Name, ...args: CallArguments<Name>): Promise<Response<Name>> {
    const request = (args[0] ?? null) as Commands[Name]['request'];
    this.calls.push({ name, request: structuredClone(request) });
    if (this.options.answers === 'never') return new Promise(() => undefined);
    // The real bridge never answers in the same turn.
    await Promise.resolve();
    if (this.options.answers === 'fail')
      fail({ code: 'store_failed', operation: 'read', causes: ['disk I/O error'] });
    return structuredClone(await this.#handlers[name](request));
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
    this.emit({ kind: 'facts', facts: this.#facts() });
  }

  #facts() {
    return factsOf(this.machine, this.#registrations());
  }

  #connecting({ name, place, replace, direct }: PlaceRequest): Plan {
    const there = this.#under(name).find((found) => isSame(found.place, place));
    if (there && !replace) return fail({ code: 'already_registered', name, ...place });
    const installation = this.#installation(name);
    const { launch } = installation;
    if (!direct) return connectPlan(installation, place, launcher(name));
    if (launch.kind !== 'remote') return fail({ code: 'address_unfit', problem: 'not_http' });
    const address = { url: launch.url, headers: launch.headers, helper: `/usr/bin/berth headers ${name}` };
    return connectPlan(installation, place, { ...launcher(name), address });
  }

  #registrations(): RegistrationSummary[] {
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

  #entry(id: string): Entry {
    return this.#entries.find((entry) => entry.id === id) ?? fail({ code: 'entry_unknown', entry: id });
  }

  #installation(name: string): Installation {
    return this.installations.get(name) ?? fail({ code: 'not_installed', name });
  }

  #acting(name: string, id: string): Plan {
    const installation = this.#installation(name);
    const action = installation.actions?.find((known) => known.id === id);
    return action
      ? actionPlan(installation, action, launcher(name))
      : fail({ code: 'action_unknown', name, action: id });
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
    this.installations.set(name, { ...this.#installation(name), stopped });
    this.emit({ kind: 'installations' });
    return null;
  }

  #job(id: string): Running {
    return this.#jobs.get(id) ?? fail({ code: 'job_unknown', job: id });
  }

  #open(): Running[] {
    return [...this.#jobs.values()].filter(({ job }) => job.ended_at === null);
  }

  #cardState(entry: Entry): CardState {
    const busy = this.#open().find(({ job }) => job.plan.entry === entry.id);
    if (busy) return { state: 'busy', job: busy.job.id };
    const names = [...this.installations.values()]
      .filter((installation) => installation.entry === entry.id)
      .map((installation) => installation.name);
    if (names.length) return { state: 'installed', names };
    return entry.variants.every((variant) => variant.planned) ? { state: 'planned' } : { state: 'available' };
  }

  #row(installation: Installation): InstallationRow {
    const busy = this.#open().find(({ job }) => job.plan.name === installation.name);
    const missing = installation.secrets.find(
      (use) => !this.keychain.has(`${installation.name}/${use.input}`),
    );
    const { launch } = installation;
    const source = launch.kind === 'process' ? (launch.source ?? null) : null;
    const gone = source !== null && this.machine.gone.includes(source) ? source : null;
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

  #entryPage(id: string): EntryPage {
    const entry = this.#entry(id);
    const engine = this.#facts().engine;
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
      state: this.#cardState(entry),
      registrations: this.#under(entry.id),
    };
  }

  #under(name: string): RegistrationSummary[] {
    return [...this.#registrations(), ...this.machine.foreign].filter((found) => found.name === name);
  }

  /** The choices with the secrets that come from a `.env` file. */
  #withEnv(choices: Choices): Choices {
    const secrets = choices.from_env.map((key) => [key, this.envSecrets[key] ?? '']);
    return { ...choices, secrets: { ...Object.fromEntries(secrets), ...choices.secrets } };
  }

  #preview(given: Choices): PlanPreview {
    const choices = this.#withEnv(given);
    const page = this.#entryPage(choices.entry);
    const id = choices.variant ?? page.recommended;
    const variant = page.entry.variants.find((one) => one.id === id);
    const name = choices.name ?? page.entry.id;
    const installed = this.installations.get(name);
    const registrations = this.#under(name);
    const kept = (installed?.secrets ?? [])
      .map((use) => use.input)
      .filter((key) => this.keychain.has(`${name}/${key}`));
    const conflict =
      installed || registrations.length
        ? { installed: !!installed, kept_secrets: kept, registrations }
        : null;
    const inputs = variant ? inputProblems(page.entry, variant.id, choices, choices.replace ? kept : []) : {};
    const missing = page.variants.find((here) => here.id === id)?.missing ?? null;
    let problem: BerthError | null = missing;
    if (variant?.planned) problem = { code: 'variant_planned', variant: variant.id, note: variant.planned };
    else if (choices.place.scope !== 'user' && !choices.place.project) problem = { code: 'project_needed' };
    else if (conflict && !choices.replace)
      problem = installed
        ? { code: 'name_taken', name }
        : { code: 'already_registered', name, client: 'claude_code', scope: 'user' };
    else if (Object.keys(choices.secrets).length && this.#facts().vault.state === 'missing') {
      const vault = this.#facts().vault;
      if (vault.state === 'missing') problem = vault.error;
    }
    const whole = variant && !problem && Object.keys(inputs).length === 0;
    const plan = whole ? installPlan(page.entry, variant, name, choices) : null;
    return {
      plan,
      steps: plan?.steps.map(previewOf) ?? [],
      consent: plan ? fingerprint(plan) : null,
      variant: id ?? null,
      name,
      inputs,
      problem,
      conflict,
      environments: environmentsOf(page.entry, choices),
    };
  }

  #begin(plan: Plan, finish: () => StepOutcome): { job: string } {
    if (this.#open().some(({ job }) => job.plan.name === plan.name))
      fail({ code: 'job_running', name: plan.name });
    const running: Running = { job: newJob(plan), log: [], cancelled: false };
    this.#jobs.set(running.job.id, running);
    const changes = () => {
      const outcome = finish();
      this.emit({ kind: 'installations' });
      this.emit({ kind: 'facts', facts: this.#facts() });
      return outcome;
    };
    void run(running, this.options, (event) => this.emit({ kind: 'job', event }), changes);
    return { job: running.job.id };
  }

  #verified(name: string): StepOutcome {
    const installation = this.#installation(name);
    const entry = this.#entry(installation.entry);
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

  #installSome(): void {
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
      const entry = this.#entry(id);
      const variant = entry.variants[0];
      if (!variant) continue;
      this.installations.set(id, {
        ...newInstallation(entry, variant, id, someChoices(id)),
        tools: entry.tools.map((tool) => ({ ...tool, schema: {} })),
        installed_at: at(48),
        verified_at: at(1),
        ...more,
        places: 'places' in more ? [...more.places] : [placeOf('user', '')],
      });
    }
    this.keychain.set('github/token', 'pretended');
  }

  readonly #handlers: Handlers = {
    app_info: () => ({
      version: '0.1.0',
      platform: 'linux',
      home: HOME,
      user_home: '/home/sam',
      launcher: '/usr/bin/berth',
    }),
    facts_get: () => this.#facts(),
    facts_refresh: () => {
      this.emit({ kind: 'facts', facts: this.#facts() });
      return null;
    },
    catalog_list: (query) =>
      search(
        this.#entries.map((entry) => cardOf(entry, this.#cardState(entry))),
        this.#keywords,
        query,
      ),
    catalog_reports: () => [],
    entry_get: ({ id }) => this.#entryPage(id),
    error_explain: ({ entry, variant, text }) => explained(this.#entry(entry), variant, text),
    source_find: () => this.search ?? { sources: this.found, complete: true },
    source_stop: () => null,
    source_env: ({ folder }) => this.env[folder] ?? null,
    plan_preview: (choices) => this.#preview(choices),
    install_start: ({ choices, consent, trust }) => {
      const preview = this.#preview(choices);
      const { plan } = preview;
      if (!plan || preview.consent !== consent) return fail({ code: 'plan_changed' });
      if (plan.trust?.length && trust?.trim() !== plan.name)
        return fail({ code: 'trust_needed', name: plan.name });
      return this.#begin(plan, () => {
        for (const [key, value] of Object.entries(this.#withEnv(choices).secrets))
          this.keychain.set(`${plan.name}/${key}`, value ?? '');
        const step = plan.steps.find((one) => one.step === 'write_installation');
        if (step?.step === 'write_installation') this.installations.set(plan.name, step.installation);
        return this.#verified(plan.name);
      });
    },
    remove_preview: ({ name, delete_data }) => {
      return shown(removePlan(this.#installation(name), delete_data));
    },
    connect_preview: (request) => shown(this.#connecting(request)),
    connect_start: ({ request, consent }) => {
      const plan = this.#connecting(request);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      return this.#begin(plan, () => {
        const installation = this.#installation(request.name);
        const { place } = request;
        const places = [...installation.places, place];
        const register = plan.steps.find((step) => step.step === 'register');
        const address = register?.step === 'register' ? register.command.address : undefined;
        const direct = [...(installation.direct ?? []), ...(address ? [{ place, address }] : [])];
        this.installations.set(request.name, { ...installation, places, direct });
        return { outcome: 'nothing' };
      });
    },
    disconnect_preview: ({ name, place }) => shown(disconnectPlan(this.#installation(name), place)),
    disconnect_start: ({ request: { name, place }, consent }) => {
      const plan = disconnectPlan(this.#installation(name), place);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      return this.#begin(plan, () => {
        const installation = this.#installation(name);
        const places = installation.places.filter((other) => !isSame(other, place));
        const direct = installation.direct?.filter((given) => !isSame(given.place, place));
        this.installations.set(name, { ...installation, places, direct });
        return { outcome: 'nothing' };
      });
    },
    remove_start: ({ request, consent }) => {
      const plan = removePlan(this.#installation(request.name), request.delete_data);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      return this.#begin(plan, () => {
        this.installations.delete(request.name);
        for (const key of [...this.keychain.keys()])
          if (key.startsWith(`${request.name}/`)) this.keychain.delete(key);
        return { outcome: 'nothing' };
      });
    },
    backup_preview: ({ name, file }) => shown(backupPlan(this.#installation(name), file)),
    backup_start: ({ request: { name, file }, consent, passphrase }) => {
      const plan = backupPlan(this.#installation(name), file);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      this.passphrases.push(passphrase);
      return this.#begin(plan, () => ({ outcome: 'nothing' }));
    },
    restore_preview: ({ name, file }) => shown(restorePlan(this.#installation(name), file, launcher(name))),
    restore_start: ({ request: { name, file }, consent, passphrase }) => {
      const plan = restorePlan(this.#installation(name), file, launcher(name));
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      this.passphrases.push(passphrase);
      return this.#begin(plan, () => ({ outcome: 'nothing' }));
    },
    action_preview: ({ name, action }) => shown(this.#acting(name, action)),
    action_start: ({ request: { name, action }, consent }) => {
      const plan = this.#acting(name, action);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      return this.#begin(plan, () => ({ outcome: 'nothing' }));
    },
    verify_start: ({ name }) => {
      const { entry, variant, places } = this.#installation(name);
      const plan: Plan = {
        purpose: 'verify',
        name,
        entry,
        variant,
        steps: [
          {
            step: 'verify',
            name,
            command: launcher(name),
            place: places[0] ?? null,
            startup_seconds: 30,
            credential_check: null,
          },
        ],
        warnings: [],
      };
      return this.#begin(plan, () => this.#verified(name));
    },
    job_cancel: ({ job }) => {
      this.#job(job).cancelled = true;
      return null;
    },
    job_list: () => [...this.#jobs.values()].map(({ job }) => job).reverse(),
    job_get: ({ job }) => {
      const found = this.#job(job);
      const { error, plan } = found.job;
      const lines = [...(error?.causes ?? []), ...found.log.map((line) => line.text)];
      const troubles = error
        ? this.#entry(plan.entry).troubles.filter((trouble) =>
            trouble.signs.some((sign) => lines.some((line) => new RegExp(sign, 'u').test(line))),
          )
        : [];
      return { job: found.job, steps: plan.steps.map(previewOf), log: found.log, troubles };
    },
    job_dismiss: ({ job }) => {
      this.#job(job);
      this.#jobs.delete(job);
      return null;
    },
    installation_list: () => [...this.installations.values()].map((installation) => this.#row(installation)),
    export_list: ({ name }) => exportsOf(this.#installation(name), launcher(name).program),
    export_save: () => ({ path: this.picks.shift() ?? null }),
    installation_get: ({ name }) => {
      const installation = this.#installation(name);
      const { program, args } = launcher(name);
      return {
        row: this.#row(installation),
        installation,
        registered_command: [program, ...args],
        prompt: this.#entry(installation.entry).prompts[0]?.text ?? null,
        updates: this.#entry(installation.entry).updates.filter(
          ({ variants }) => variants.length === 0 || variants.includes(installation.variant),
        ),
        services: this.services(installation),
        logs: (this.logs[name] ?? []).map(({ log }) => log),
        actions: actionRows(installation, this.obstacles),
      };
    },
    services_start: ({ name }) => this.turn(name, false),
    services_stop: ({ name }) => this.turn(name, true),
    log_read: ({ name, log }) =>
      logPage(this.logs[name] ?? [], log) ?? fail({ code: 'log_unknown', name, log }),
    service_log: ({ service }) => ({ lines: [`${service} is up`] }),
    tool_call: () => ({ is_error: false, text: '', result: {} }),
    secret_list: () =>
      [...this.installations.values()].flatMap((installation) =>
        installation.secrets.map((use): SecretRow => {
          const spec = this.#entry(installation.entry).inputs.find((one) => one.key === use.input);
          return {
            name: installation.name,
            server: installation.title,
            input: use.input,
            title: spec?.title ?? use.input,
            env: [use.env],
            link: spec?.link ?? null,
            stored:
              this.#facts().vault.state === 'found'
                ? this.keychain.has(`${installation.name}/${use.input}`)
                : null,
          };
        }),
      ),
    secret_set: ({ name, input, value }) => {
      this.keychain.set(`${name}/${input}`, value);
      this.emit({ kind: 'installations' });
      return null;
    },
    secret_delete: ({ name, input }) => {
      this.keychain.delete(`${name}/${input}`);
      this.emit({ kind: 'installations' });
      return null;
    },
    vault_create: () => {
      this.become({ vault: 'passphrase' });
      return null;
    },
    vault_unlock: ({ passphrase }) => {
      if (passphrase === 'wrong') fail({ code: 'passphrase_wrong' });
      this.become({ vault: 'passphrase' });
      return null;
    },
    client_list: () => [
      { client: 'claude_code', title: 'Claude Code', state: this.#facts().claude },
      { client: 'claude_desktop', title: 'Claude Desktop', state: this.#facts().claude_desktop },
    ],
    settings_get: () => this.settings,
    settings_set: (settings) => {
      this.settings = settings;
      return settings;
    },
    doctor_run: () => checksOf(this.#facts()),
    server_diagnose: ({ name }) => {
      const installation = this.#installation(name);
      const missing = installation.secrets
        .map(({ input }) => input)
        .filter((input) => !this.keychain.has(`${name}/${input}`));
      if (this.slow)
        return new Promise((_, reject) => {
          this.#stopDiagnosis = () => reject(new CallFailed({ code: 'cancelled' }));
        });
      return diagnosisOf(installation, this.#facts(), !this.unregistered.has(name), missing);
    },
    server_diagnose_stop: () => {
      this.#stopDiagnosis();
      return null;
    },
    launcher_link: () => ({ path: '/home/sam/.local/bin/berth', on_path: true }),
    support_report: () => ({ text: '# Berth 0.1.0\n\nA pretended report.' }),
    pick_folder: () => ({ path: this.picks.shift() ?? '/home/sam/src/website' }),
    pick_new_file: ({ file_name }) => ({ path: this.picks.shift() ?? `/home/sam/${file_name}` }),
    pick_file: () => ({ path: this.picks.shift() ?? '/home/sam/notes.txt' }),
    link_open: ({ url }) => {
      this.opened.push(url);
      return null;
    },
  };
}

/** The plan in a nutshell: two plans with the same steps and places have the same one. */
function fingerprint(plan: Plan): string {
  return JSON.stringify([plan.purpose, plan.name, plan.variant, plan.steps.map((step) => previewOf(step))]);
}

/** A plan without choices, to be agreed to. */
function shown(plan: Plan): PlanPreview {
  return {
    plan,
    steps: plan.steps.map(previewOf),
    consent: fingerprint(plan),
    variant: plan.variant,
    name: plan.name,
    inputs: {},
    problem: null,
    conflict: null,
    environments: {},
  };
}
