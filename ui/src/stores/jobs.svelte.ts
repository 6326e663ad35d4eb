import { SvelteMap } from 'svelte/reactivity';

import type { Bridge, Job, JobEvent, LogLine, Progress } from '@/bridge';
import { isOver, jobFraction } from '@/lib/progress';

/** Most lines that are kept of a job's log while it runs; the whole log is asked for when it is opened. */
const LIVE_LINES = 2000;

/** A job with what its running step tells. */
export class JobEntry {
  job = $state.raw<Job>() as Job;
  /** What the running step tells, other than lines. */
  progress = $state.raw<{ step: number; progress: Progress } | null>(null);
  /** The lines that came while the window looked. */
  lines = $state.raw<readonly LogLine[]>([]);
  fraction = $derived(jobFraction(this.job, this.progress?.progress));
  over = $derived(isOver(this.job));

  constructor(job: Job) {
    this.job = job;
  }
}

/** All jobs, newest first, kept current by events. */
export class JobsStore {
  loaded = $state(false);
  readonly #jobs = new SvelteMap<string, JobEntry>();
  readonly list = $derived([...this.#jobs.values()].sort((a, b) => (a.job.id < b.job.id ? 1 : -1)));
  readonly running = $derived(this.list.filter((entry) => !entry.over));

  constructor(
    private readonly bridge: Bridge,
    /** Called when a job came to its end while the window looked. */
    private readonly onover: (job: Job) => void,
  ) {}

  async load(): Promise<void> {
    const jobs = await this.bridge.call('job_list');
    for (const id of [...this.#jobs.keys()]) {
      if (!jobs.some((job) => job.id === id)) this.#jobs.delete(id);
    }
    for (const job of jobs) this.#put(job);
    this.loaded = true;
  }

  get(id: string): JobEntry | undefined {
    return this.#jobs.get(id);
  }

  /** The job that is at work for an entry. */
  runningFor(entry: string): JobEntry | undefined {
    return this.running.find((running) => running.job.plan.entry === entry);
  }

  take(event: JobEvent): void {
    if (event.event === 'changed') {
      const wasOver = this.#jobs.get(event.job.id)?.over ?? false;
      this.#put(event.job);
      if (!wasOver && isOver(event.job)) this.onover(event.job);
      return;
    }
    const entry = this.#jobs.get(event.job);
    if (!entry) return;
    if (event.progress.kind === 'line') {
      const line = { step: event.step, at: new Date().toISOString(), text: event.progress.text };
      entry.lines = [...entry.lines.slice(1 - LIVE_LINES), line];
    } else {
      entry.progress = { step: event.step, progress: event.progress };
    }
  }

  async cancel(id: string): Promise<void> {
    await this.bridge.call('job_cancel', { job: id });
  }

  async dismiss(id: string): Promise<void> {
    await this.bridge.call('job_dismiss', { job: id });
    this.#jobs.delete(id);
  }

  #put(job: Job): void {
    const entry = this.#jobs.get(job.id);
    if (!entry) {
      this.#jobs.set(job.id, new JobEntry(job));
      return;
    }
    // Another step's words say nothing about this one.
    const running = job.steps.findIndex((step) => step.state === 'running');
    if (entry.progress && entry.progress.step !== running) entry.progress = null;
    entry.job = job;
  }
}
