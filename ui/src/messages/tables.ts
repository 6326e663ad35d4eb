/** Values of closed types and the texts that name them; complete by type. */
import type { Need, RunsIn, Trust } from '@/bridge';
import type { PlainKey } from '@/messages';

export const trustNames = {
  verified: 'trust.verified',
  publisher: 'trust.publisher',
  community: 'trust.community',
} as const satisfies Record<Trust, PlainKey>;

export const trustTexts = {
  verified: 'trust.verified.text',
  publisher: 'trust.publisher.text',
  community: 'trust.community.text',
} as const satisfies Record<Trust, PlainKey>;

export const runsNames = {
  python: 'runs.python',
  node: 'runs.node',
  container: 'runs.container',
  remote: 'runs.remote',
  kubernetes: 'runs.kubernetes',
} as const satisfies Record<RunsIn, PlainKey>;

export const needNames = {
  secret: 'card.needs.secret',
  folder: 'card.needs.folder',
  value: 'card.needs.value',
} as const satisfies Record<Need, PlainKey>;
