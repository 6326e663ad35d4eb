import type {
  Backup,
  Installation,
  LauncherCommand,
  Plan,
  PreviewLine,
  Step,
  StepPreview,
  VolumeAt,
} from '../types';

import { actPreview } from './actions';

const IMAGE = `sha256:${'5d'.repeat(32)}`;

const volumesOf = (installation: Installation): VolumeAt[] =>
  installation.data
    .filter((place) => place.kind === 'volume')
    .map((place) => ({ installation: installation.name, volume: place.name, image: IMAGE }));

/** What a file would say of itself. */
const backupOf = (installation: Installation, created_at: string): Backup => ({
  id: '',
  name: installation.name,
  entry: installation.entry,
  variant: installation.variant,
  version: installation.pins[0]?.version ?? '',
  created_at,
  encrypted: installation.data.some((place) => place.kind === 'volume' && place.holds_keys),
  volumes: installation.data
    .filter((place) => place.kind === 'volume')
    .map(({ holds, holds_keys }) => ({ target: '/data', holds, holds_keys })),
});

const planOf = ({ name, entry, variant }: Installation): Omit<Plan, 'purpose' | 'steps' | 'warnings'> => ({
  name,
  entry,
  variant,
});

export function backupPlan(installation: Installation, file: string): Plan {
  const { name } = installation;
  const volumes = volumesOf(installation);
  const backup = backupOf(installation, '');
  return {
    ...planOf(installation),
    purpose: 'backup',
    steps: [
      { step: 'check_unused', name, volumes: volumes.map((at) => at.volume) },
      { step: 'write_backup', file, backup, volumes },
    ],
    warnings: backup.encrypted ? [{ warning: 'needs_passphrase' }] : [],
  };
}

export function restorePlan(installation: Installation, file: string, command: LauncherCommand): Plan {
  const { name } = installation;
  const volumes = volumesOf(installation);
  const backup = backupOf(installation, '2026-11-20T09:00:00.000Z');
  const steps: Step[] = [
    { step: 'check_unused', name, volumes: volumes.map((at) => at.volume) },
    { step: 'check_backup', file, backup },
    ...volumes.map((volume): Step => ({ step: 'keep_volume', volume })),
    ...volumes.map((volume, number): Step => ({ step: 'restore_volume', file, number, volume })),
    { step: 'verify', name, command, place: null, startup_seconds: 30, credential_check: null },
    ...volumes.map((volume): Step => ({ step: 'forget_volume', volume })),
  ];
  const holds = backup.volumes.map((volume) => volume.holds);
  return {
    ...planOf(installation),
    purpose: 'restore',
    steps,
    warnings: [{ warning: 'replaces_data', created_at: backup.created_at, holds }],
  };
}

/** What a step of these plans is shown as; any other one by its name, or its kind alone. */
export function plainPreview(step: Step): StepPreview {
  const preview = (subject: string, lines: PreviewLine[] = []) => ({ kind: step.step, subject, lines });
  switch (step.step) {
    case 'act':
      return actPreview(step.act);
    case 'check_unused':
    case 'forget_generation':
    case 'end_sessions':
    case 'delete_installation':
      return preview(step.name);
    case 'write_backup':
      return preview(step.file, [{ line: 'writes', path: step.file }]);
    case 'check_backup':
      return preview(step.file);
    case 'keep_volume':
    case 'restore_volume':
    case 'forget_volume':
      return preview(step.volume.volume);
    default:
      return preview('');
  }
}
