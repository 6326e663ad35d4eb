import type { CheckStatus } from '@/bridge';
import { en } from '@/messages/en';

const labels: Readonly<Record<string, string>> = en as unknown as Record<string, string>;

/** The label of something that was seen; a key that this window does not know is shown as it is. */
export function seenLabel(what: string): string {
  return labels[`seen.${what}`] ?? what;
}

/** How the status of a check is coloured; its words stand beside it. */
export const statusTones = {
  checking: 'neutral',
  good: 'ok',
  limited: 'warn',
  bad: 'bad',
  skipped: 'neutral',
} as const satisfies Record<CheckStatus, string>;
