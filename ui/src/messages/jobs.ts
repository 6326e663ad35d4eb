import type { Job, JobState } from '@/bridge';

import { t } from './index';

/** What a job does, in a few words. */
export function jobTitle(job: Job): string {
  const { purpose, name } = job.plan;
  return purpose === 'act' ? t('job.act', { name, title: actionTitle(job) }) : t(`job.${purpose}`, { name });
}

/** That it is done. */
export function jobDone(job: Job): string {
  const { purpose, name } = job.plan;
  return purpose === 'act'
    ? t('job.done.act', { name, title: actionTitle(job) })
    : t(`job.done.${purpose}`, { name });
}

/** What an action does, in its entry's words. */
export function actionTitle({ plan }: Job): string {
  return plan.steps.find((step) => step.step === 'act')?.title ?? '';
}

export const jobTones = {
  waiting: 'neutral',
  running: 'accent',
  undoing: 'warn',
  done: 'ok',
  failed: 'bad',
  cancelled: 'neutral',
} as const satisfies Record<JobState, string>;
