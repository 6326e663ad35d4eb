import { SvelteSet } from 'svelte/reactivity';

import {
  asBerthError,
  type BerthError,
  type Bridge,
  type Choices,
  type EntryPage,
  type EnvFound,
  type EnvValue,
  type FoundSource,
  type InputSpec,
  type InputValue,
  type InstallationPage,
  type PlanPreview,
} from '@/bridge';
import { type Draft, firstDraft, nameFits, problemOf, valueOf } from '@/lib/inputs';
import { isSame, needsProject, placeOf, type Where, whereOf } from '@/lib/places';
import { containersOf, inputsOf, isAsked, staysReachable } from '@/lib/variant';
import { problemText } from '@/messages/errors';
import { t } from '@/messages';

/** Milliseconds of silence after typing before the plan is worked out again. */
const PAUSE = 200;

/** What a search for a source folder has brought. */
export interface Found {
  looking: boolean;
  sources: readonly FoundSource[];
  /** The folder that was filled in, because it was the only one. */
  filled?: string;
}

/** The choices of an install sheet while they are made, and the plan that follows from them. */
export class InstallForm {
  page = $state.raw<EntryPage>() as EntryPage;
  variant = $state('');
  name = $state('');
  where = $state<Where>('user');
  project = $state('');
  replace = $state(false);
  /** Building an image: without the cache, or not at all where one of its name is here. */
  noCache = $state(false);
  useImage = $state(false);
  /** Claude Code gets the server's address itself. */
  direct = $state(false);
  /** What was typed where the plan gives something that a click is not enough for. */
  trust = $state('');
  drafts = $state<Record<string, Draft>>({});
  /** Fields that were left: their problems are shown. */
  readonly touched = new SvelteSet<string>();
  /** The person tried to go on: all problems are shown. */
  attempted = $state(false);

  /** Source folders that were found, by their input. */
  found = $state<Record<string, Found>>({});
  /** What the `.env` file of the source folder has, and why it could not be read. */
  env = $state.raw<EnvFound | null>(null);
  envError = $state.raw<BerthError | null>(null);
  /** Fields as they were filled in from it, to know whether somebody has changed them since. */
  filled = $state<Record<string, string>>({});
  /** Whether a secret is taken from it, where the person has said so. */
  takes = $state<Record<string, boolean>>({});

  preview = $state.raw<PlanPreview | null>(null);
  /** The preview does not belong to what stands in the fields. */
  stale = $state(true);
  error = $state.raw<BerthError | null>(null);
  starting = $state(false);

  readonly inputs = $derived(this.#asked());
  readonly chosen = $derived(this.page.entry.variants.find((variant) => variant.id === this.variant));
  /**
   * What runs on the person's own account could write to a folder whatever was agreed to; only a
   * container's mount keeps it read-only.
   */
  readonly keepsReadOnly = $derived(this.chosen?.run.type !== 'python' && this.chosen?.run.type !== 'node');
  /** The chosen variant builds its image. */
  readonly builds = $derived(
    this.chosen !== undefined &&
      containersOf(this.chosen.run).some(({ container }) => container.build !== null),
  );
  /** The server has an address that Claude Code can be given. */
  readonly offersAddress = $derived(
    this.chosen !== undefined && staysReachable(this.chosen.run) && this.where !== 'desktop',
  );
  /** What has the name that the chosen variant builds its image under. */
  readonly image = $derived(this.page.variants.find((here) => here.id === this.variant)?.image ?? null);
  readonly #uses = $derived(this.builds && this.useImage && this.image !== null);
  readonly kept = $derived(this.replace ? (this.preview?.conflict?.kept_secrets ?? []) : []);
  /** A server or registration of this name is there, and the person has not said what to do. */
  readonly conflict = $derived(this.replace ? null : (this.preview?.conflict ?? null));
  readonly choices = $derived<Choices>({
    entry: this.page.entry.id,
    variant: this.variant || null,
    name: this.name,
    place: placeOf(this.where, this.project),
    inputs: this.#values(),
    secrets: this.#secrets(),
    replace: this.replace,
    no_cache: this.builds && this.noCache && !this.#uses,
    use_image: this.#uses,
    direct: this.direct && this.offersAddress,
    from_env: this.inputs.filter((spec) => this.takesEnv(spec)).map((spec) => spec.key),
  });
  /** Everything that is wrong, by field; `name` and `project` are fields as well. */
  readonly problems = $derived(this.#problems());
  readonly missing = $derived(Object.keys(this.problems).length);
  readonly ready = $derived(
    !this.stale && this.missing === 0 && this.preview?.plan != null && this.preview.consent !== null,
  );

  /** What the plan gives that it has to be agreed to by typing the installation's name. */
  readonly gives = $derived(this.preview?.plan?.trust ?? []);
  readonly trusted = $derived(this.gives.length === 0 || this.trust.trim() === this.preview?.name);

  readonly #bridge: Bridge;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;
  #search = 0;
  #reading = 0;

  /** `only` is the one place where it can be registered on this computer, if there is only one. */
  constructor(bridge: Bridge, page: EntryPage, installed?: InstallationPage, only?: Where) {
    this.#bridge = bridge;
    this.page = page;
    const record = installed?.installation;
    const offered = page.entry.variants.filter((variant) => variant.planned === null);
    this.variant =
      offered.find((variant) => variant.id === record?.variant)?.id ??
      page.recommended ??
      offered[0]?.id ??
      '';
    this.name = record?.name ?? page.entry.id;
    const place = record?.places[0];
    if (only) this.where = only;
    if (place) {
      this.where = whereOf(place);
      this.project = place.project ?? '';
      this.direct = record?.direct?.some((given) => isSame(given.place, place)) ?? false;
    }
    this.replace = record !== undefined;
    for (const spec of page.entry.inputs) this.drafts[spec.key] = firstDraft(spec, record?.inputs[spec.key]);
  }

  draft(spec: InputSpec): Draft {
    return this.drafts[spec.key] ?? firstDraft(spec);
  }

  set(spec: InputSpec, change: Partial<Draft>): void {
    this.drafts[spec.key] = { ...this.draft(spec), ...change };
    this.changed();
    if (spec.kind.type === 'source' && change.paths) void this.readEnv(spec);
  }

  /** What the `.env` file has for an input. */
  envOf(spec: InputSpec): EnvValue | undefined {
    return this.env?.values.find((value) => value.input === spec.key);
  }

  /** A secret in the file can be taken from there; it never comes here. */
  offersEnv(spec: InputSpec): boolean {
    return spec.kind.type === 'secret' && this.envOf(spec)?.problem === null;
  }

  /** It is, unless another one was typed, or one is kept and nobody has said otherwise. */
  takesEnv(spec: InputSpec): boolean {
    const takes = this.takes[spec.key] ?? !this.kept.includes(spec.key);
    return takes && this.offersEnv(spec) && this.draft(spec).text === '';
  }

  /** The field holds what the file says. */
  isFromEnv(spec: InputSpec): boolean {
    return this.filled[spec.key] === JSON.stringify(this.draft(spec));
  }

  /** Reads the `.env` file of the folder that stands in a source field, and fills in what nobody has. */
  async readEnv(source: InputSpec): Promise<void> {
    const turn = ++this.#reading;
    const folder = this.draft(source).paths[0]?.path;
    const request = { entry: this.page.entry.id, input: source.key, folder: folder ?? '' };
    let env: EnvFound | null = null;
    let error: BerthError | null = null;
    try {
      if (folder !== undefined) env = await this.#bridge.call('source_env', request);
    } catch (thrown) {
      error = asBerthError(thrown);
    }
    if (turn !== this.#reading) return;
    // What another folder's file said and nobody has changed goes with that folder.
    for (const spec of this.page.entry.inputs)
      if (this.isFromEnv(spec)) this.drafts[spec.key] = firstDraft(spec);
    this.filled = {};
    this.env = env;
    this.envError = error;
    for (const spec of this.page.entry.inputs) {
      const value = this.envOf(spec)?.value;
      const first = JSON.stringify(firstDraft(spec));
      if (!value || JSON.stringify(this.draft(spec)) !== first) continue;
      const draft = firstDraft(spec, value);
      this.drafts[spec.key] = draft;
      this.filled[spec.key] = JSON.stringify(draft);
    }
    this.changed();
  }

  /**
   * Looks for the source folders that the entry asks for, while the sheet is used. The only one that is
   * found is filled in where nobody has chosen another.
   */
  async findSources(): Promise<void> {
    const turn = ++this.#search;
    const wanted = this.page.entry.inputs.filter((spec) => spec.kind.type === 'source');
    for (const spec of wanted) if (turn === 1 && this.draft(spec).paths.length > 0) void this.readEnv(spec);
    const folders = needsProject(this.where) && this.project.trim() ? [this.project.trim()] : [];
    await Promise.all(
      wanted.map(async (spec) => {
        this.found[spec.key] = { ...this.found[spec.key], looking: true, sources: [] };
        const request = { entry: this.page.entry.id, input: spec.key, folders };
        // A search that fails has found nothing; the folder can be chosen all the same.
        const answer = await this.#bridge.call('source_find', request).catch(() => null);
        if (turn !== this.#search) return;
        const sources = answer?.sources ?? [];
        const only = sources.length === 1 && answer?.complete ? sources[0]?.path : undefined;
        const fills = this.draft(spec).paths.length === 0 && !this.touched.has(spec.key);
        const filled = fills ? only : this.found[spec.key]?.filled;
        this.found[spec.key] = { looking: false, sources, ...(filled === undefined ? {} : { filled }) };
        if (fills && only !== undefined) this.set(spec, { paths: [{ path: only, access: 'read_only' }] });
      }),
    );
  }

  /** Something was chosen or typed: the plan is worked out again, soon. */
  changed(): void {
    this.stale = true;
    this.error = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), PAUSE);
  }

  /** Works the plan out now. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    this.stale = true;
    try {
      const preview = await this.#bridge.call('plan_preview', $state.snapshot(this.choices) as Choices);
      if (turn !== this.#turn) return;
      this.preview = preview;
      this.stale = false;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.preview = null;
      this.error = asBerthError(thrown);
    }
  }

  /** Agrees. Gives the job, or nothing where something is still missing or the start was refused. */
  async agree(): Promise<string | null> {
    this.attempted = true;
    const consent = this.preview?.consent;
    if (!this.ready || !this.trusted || !consent || this.starting) return null;
    this.starting = true;
    this.error = null;
    try {
      const choices = $state.snapshot(this.choices) as Choices;
      const trust = this.gives.length > 0 ? this.trust : null;
      const { job } = await this.#bridge.call('install_start', { choices, consent, trust });
      this.trust = '';
      this.#forgetSecrets();
      return job;
    } catch (thrown) {
      const error = asBerthError(thrown);
      // The plan that was shown is not the one that would run: show the new one, and why.
      if (error.code === 'plan_changed') await this.refresh();
      this.error = error;
      return null;
    } finally {
      this.starting = false;
    }
  }

  /** What a field says under it; nothing before it was left. */
  shown(field: string): string | null {
    return this.attempted || this.touched.has(field) ? (this.problems[field] ?? null) : null;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#turn++;
    this.#search++;
    this.#reading++;
    if (Object.values(this.found).some((found) => found.looking))
      void this.#bridge.call('source_stop').catch(() => undefined);
    this.#forgetSecrets();
  }

  #forgetSecrets(): void {
    for (const spec of this.page.entry.inputs) {
      const draft = this.drafts[spec.key];
      if (spec.kind.type === 'secret' && draft) draft.text = '';
    }
  }

  /** The inputs that are asked for, by what stands in the fields before them. */
  #asked(): InputSpec[] {
    const values: Record<string, InputValue> = {};
    return inputsOf(this.page.entry, this.variant).filter((spec) => {
      const asked = isAsked(spec, values);
      const value = asked ? valueOf(spec, this.draft(spec)) : null;
      if (value) values[spec.key] = value;
      return asked;
    });
  }

  #values(): Record<string, InputValue> {
    const values: Record<string, InputValue> = {};
    for (const spec of this.inputs) {
      const value = valueOf(spec, this.keepsReadOnly ? this.draft(spec) : writable(this.draft(spec)));
      if (value) values[spec.key] = value;
    }
    return values;
  }

  #secrets(): Record<string, string> {
    const secrets: Record<string, string> = {};
    for (const spec of this.inputs) {
      const { text } = this.draft(spec);
      if (spec.kind.type === 'secret' && text !== '') secrets[spec.key] = text;
    }
    return secrets;
  }

  #problems(): Record<string, string> {
    const problems: Record<string, string> = {};
    if (!nameFits(this.name)) problems['name'] = t('install.name.invalid');
    if (needsProject(this.where) && this.project.trim() === '')
      problems['project'] = t('install.project.missing');
    for (const spec of this.inputs) {
      // What can be seen from here, at once; what the core found, once it has looked at just this.
      const problem =
        problemOf(spec, this.draft(spec), this.kept.includes(spec.key) || this.takesEnv(spec)) ??
        (this.stale ? null : this.preview?.inputs[spec.key]);
      if (problem) problems[spec.key] = problemText(problem);
    }
    return problems;
  }
}

/** The draft itself stays as it is: another variant may keep what was chosen. */
function writable(draft: Draft): Draft {
  return { ...draft, paths: draft.paths.map((grant) => ({ ...grant, access: 'read_write' })) };
}
