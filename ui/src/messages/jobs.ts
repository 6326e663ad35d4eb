import type { Job, JobState } from '@/bridge';

import { t } from './index';

/** What a job does, in a few words. */
export function jobTitle(job: Job): string {
  return t(`job.${job.plan.purpose}`, { name: job.plan.name });
}

export const jobTones = {
  waiting: 'neutral',
  running: 'accent',
  undoing: 'warn',
  done: 'ok',
  failed: 'bad',
  cancelled: 'neutral',
} as const satisfies Record<JobState, string>;
