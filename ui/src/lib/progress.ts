/** How far a job is, from its steps and what the running one tells. */
import type { Job, Progress, Step } from '@/bridge';

/** Rough shares of the whole: getting things takes long, writing things down does not. */
const WEIGHTS: Readonly<Record<Step['step'], number>> = {
  create_folder: 1,
  data_folder: 1,
  pull_image: 30,
  use_image: 2,
  build_image: 60,
  remove_image: 2,
  create_venv: 6,
  install_python: 30,
  install_node: 30,
  build_node: 40,
  store_secret: 1,
  make_secret: 1,
  keep_secret: 1,
  write_installation: 1,
  note_place: 1,
  register: 4,
  unregister: 4,
  verify: 10,
  start_services: 15,
  remove_services: 2,
  act: 10,
  end_sessions: 2,
  delete_installation: 1,
  forget_generation: 1,
  delete_secrets: 1,
  delete_folder: 2,
  delete_data: 2,
  check_unused: 1,
  write_backup: 30,
  check_backup: 10,
  keep_volume: 15,
  restore_volume: 20,
  forget_volume: 1,
};

export function isOver(job: Job): boolean {
  return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
}

/** The share of one step that is done, between 0 and 1; `null` where it cannot be told. */
export function stepFraction(progress: Progress | undefined): number | null {
  if (!progress || progress.kind === 'line') return null;
  if (progress.kind === 'count') return progress.total > 0 ? progress.done / progress.total : null;
  if (progress.kind === 'bytes') return progress.total > 0 ? progress.done / progress.total : null;
  const { layers } = progress;
  if (layers.length === 0) return null;
  // Downloading and unpacking are half of a layer each; sizes come in late, so layers count alike.
  const done = layers.reduce((sum, layer) => {
    const share = layer.total > 0 ? Math.min(1, layer.current / layer.total) : 0;
    if (layer.state === 'done') return sum + 1;
    if (layer.state === 'downloading') return sum + share / 2;
    return layer.state === 'extracting' ? sum + 0.5 + share / 2 : sum;
  }, 0);
  return done / layers.length;
}

/** The share of the job that is done, between 0 and 1. It is 1 only for a job that is done. */
export function jobFraction(job: Job, progress: Progress | undefined): number {
  if (job.state === 'done') return 1;
  let all = 0;
  let done = 0;
  job.plan.steps.forEach((step, index) => {
    const weight = WEIGHTS[step.step];
    all += weight;
    const state = job.steps[index]?.state;
    if (state === 'done') done += weight;
    else if (state === 'running') done += weight * (stepFraction(progress) ?? 0);
  });
  return all === 0 ? 0 : Math.min(0.99, done / all);
}

/** Bytes so far and in all of an image that is being pulled; `null` while sizes are not known. */
export function layerBytes(progress: Progress | undefined): { current: number; total: number } | null {
  if (progress?.kind !== 'layers') return null;
  let current = 0;
  let total = 0;
  for (const layer of progress.layers) {
    total += layer.total;
    if (layer.state === 'downloading') current += Math.min(layer.current, layer.total);
    if (layer.state === 'extracting' || layer.state === 'done') current += layer.total;
  }
  return total > 0 ? { current, total } : null;
}

/** The step that is running, failed, or being undone; else the last one. */
export function currentStep(job: Job): number {
  const index = job.steps.findIndex((step) => step.state !== 'done');
  return index < 0 ? job.steps.length - 1 : index;
}
