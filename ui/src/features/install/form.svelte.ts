import { SvelteSet } from 'svelte/reactivity';

import {
  asBerthError,
  type BerthError,
  type Bridge,
  type Choices,
  type EntryPage,
  type InputSpec,
  type InputValue,
  type InstallationPage,
  type PlanPreview,
  type Scope,
} from '@/bridge';
import { type Draft, firstDraft, nameFits, problemOf, valueOf } from '@/lib/inputs';
import { inputsOf } from '@/lib/variant';
import { problemText } from '@/messages/errors';
import { t } from '@/messages';

/** Milliseconds of silence after typing before the plan is worked out again. */
const PAUSE = 200;

/** The choices of an install sheet while they are made, and the plan that follows from them. */
export class InstallForm {
  page = $state.raw<EntryPage>() as EntryPage;
  variant = $state('');
  name = $state('');
  scope = $state<Scope>('user');
  project = $state('');
  replace = $state(false);
  /** Building an image: without the cache, or not at all where one of its name is here. */
  noCache = $state(false);
  useImage = $state(false);
  drafts = $state<Record<string, Draft>>({});
  /** Fields that were left: their problems are shown. */
  readonly touched = new SvelteSet<string>();
  /** The person tried to go on: all problems are shown. */
  attempted = $state(false);

  preview = $state.raw<PlanPreview | null>(null);
  /** The preview does not belong to what stands in the fields. */
  stale = $state(true);
  error = $state.raw<BerthError | null>(null);
  starting = $state(false);

  readonly inputs = $derived(inputsOf(this.page.entry, this.variant));
  readonly chosen = $derived(this.page.entry.variants.find((variant) => variant.id === this.variant));
  /**
   * What runs on the person's own account could write to a folder whatever was agreed to; only a
   * container's mount keeps it read-only.
   */
  readonly keepsReadOnly = $derived(this.chosen?.run.type !== 'python' && this.chosen?.run.type !== 'node');
  /** The chosen variant builds its image. */
  readonly builds = $derived(this.chosen?.run.type === 'build' || this.chosen?.run.type === 'dev');
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
    place: {
      scope: this.scope,
      project: this.scope === 'user' ? null : this.project.trim() || null,
    },
    inputs: this.#values(),
    secrets: this.#secrets(),
    replace: this.replace,
    no_cache: this.builds && this.noCache && !this.#uses,
    use_image: this.#uses,
  });
  /** Everything that is wrong, by field; `name` and `project` are fields as well. */
  readonly problems = $derived(this.#problems());
  readonly missing = $derived(Object.keys(this.problems).length);
  readonly ready = $derived(
    !this.stale && this.missing === 0 && this.preview?.plan != null && this.preview.consent !== null,
  );

  readonly #bridge: Bridge;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  constructor(bridge: Bridge, page: EntryPage, installed?: InstallationPage) {
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
    if (place) {
      this.scope = place.scope;
      this.project = place.project ?? '';
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
    if (!this.ready || !consent || this.starting) return null;
    this.starting = true;
    this.error = null;
    try {
      const choices = $state.snapshot(this.choices) as Choices;
      const { job } = await this.#bridge.call('install_start', { choices, consent });
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
    this.#forgetSecrets();
  }

  #forgetSecrets(): void {
    for (const spec of this.page.entry.inputs) {
      const draft = this.drafts[spec.key];
      if (spec.kind.type === 'secret' && draft) draft.text = '';
    }
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
    if (this.scope !== 'user' && this.project.trim() === '')
      problems['project'] = t('install.project.missing');
    for (const spec of this.inputs) {
      // What can be seen from here, at once; what the core found, once it has looked at just this.
      const problem =
        problemOf(spec, this.draft(spec), this.kept.includes(spec.key)) ??
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
