import type { BerthError, Job, JobEvent, LogLine, Plan, Progress, Step } from '../types';

export interface Running {
  job: Job;
  log: LogLine[];
  cancelled: boolean;
}

export interface JobOptions {
  /** Milliseconds of each step. */
  stepMs: number;
  /** The step that fails. */
  fail?: Step['step'];
}

const now = () => new Date().toISOString();
let counter = 0;

export function newJob(plan: Plan): Job {
  counter += 1;
  return {
    id: `01K${String(counter).padStart(23, '0')}`,
    plan,
    state: 'waiting',
    steps: plan.steps.map(() => ({
      state: 'waiting',
      outcome: { outcome: 'nothing' },
      began_at: null,
      ended_at: null,
    })),
    error: null,
    leftovers: [],
    created_at: now(),
    ended_at: null,
    owner_pid: 4242,
  };
}

/** The words of a step on its way from 0 to 1. */
function told(step: Step, share: number): Progress[] {
  if (step.step === 'pull_image') {
    const layer = (id: string, total: number, begin: number) => {
      const own = Math.min(1, Math.max(0, (share - begin) * 2));
      const state = own === 0 ? 'waiting' : own < 0.6 ? 'downloading' : own < 1 ? 'extracting' : 'done';
      return { id, total, current: Math.round(total * Math.min(1, own / 0.6)), state } as const;
    };
    return [
      {
        kind: 'layers',
        layers: [
          layer('8f2d1c0a', 28_400_000, 0),
          layer('c91b77e2', 9_100_000, 0.2),
          layer('0b44d0f9', 640_000, 0.5),
        ],
      },
    ];
  }
  if (step.step === 'build_image') {
    const total = 7;
    const done = Math.floor(share * (total - 1));
    return [
      { kind: 'count', done, total },
      { kind: 'line', text: `Step ${String(done + 1)}/${String(total)} : RUN pip install .` },
    ];
  }
  if (step.step === 'install_python' || step.step === 'install_node' || step.step === 'build_node') {
    const total = 14;
    const done = Math.floor(share * total);
    return [
      { kind: 'count', done, total },
      { kind: 'line', text: `Installed package ${String(done)} of ${String(total)}` },
    ];
  }
  return [];
}

const copy = (job: Job): Job => structuredClone(job);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Carries a plan out in pretence: each step runs, tells and ends; failures and cancels are undone. */
export async function run(
  running: Running,
  options: JobOptions,
  emit: (event: JobEvent) => void,
  done: (plan: Plan) => Job['steps'][number]['outcome'],
): Promise<void> {
  const { job } = running;
  const changed = () => emit({ event: 'changed', job: copy(job) });
  job.state = 'running';
  changed();
  let failure: BerthError | null = null;
  for (let i = 0; i < job.plan.steps.length && !failure; i++) {
    const step = job.plan.steps[i];
    const record = job.steps[i];
    if (!step || !record) break;
    record.state = 'running';
    record.began_at = now();
    changed();
    const ticks = 8;
    for (let tick = 1; tick <= ticks && !running.cancelled; tick++) {
      await sleep(options.stepMs / ticks);
      for (const progress of told(step, tick / ticks)) {
        if (progress.kind === 'line') running.log.push({ step: i, at: now(), text: progress.text });
        emit({ event: 'progress', job: job.id, step: i, progress });
      }
    }
    if (running.cancelled) failure = { code: 'cancelled' };
    else if (options.fail === step.step)
      failure = {
        code: 'package_failed',
        tool: 'uv',
        exit: 1,
        causes: ['error: failed to resolve', 'no matching version'],
      };
    record.state = failure ? 'failed' : 'done';
    record.ended_at = now();
    if (!failure && step.step === 'build_image')
      record.outcome = {
        outcome: 'built',
        id: `sha256:${'7c'.repeat(32)}`,
        size: 118_900_000,
        before: step.here ? { id: step.here.id, size: step.here.size } : null,
      };
    if (!failure && step.step === 'verify') record.outcome = done(job.plan);
    changed();
  }
  if (failure) {
    job.state = 'undoing';
    changed();
    for (const record of [...job.steps].reverse()) {
      if (record.state !== 'done') continue;
      record.state = 'undoing';
      changed();
      await sleep(options.stepMs / 8);
      record.state = 'undone';
    }
    job.error = failure;
    job.state = failure.code === 'cancelled' ? 'cancelled' : 'failed';
  } else {
    if (!job.plan.steps.some((step) => step.step === 'verify')) done(job.plan);
    job.state = 'done';
  }
  job.ended_at = now();
  changed();
}
