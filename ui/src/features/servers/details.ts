/** An installation in labels and values. */
import type { ContainerLaunch, Health, Installation, InstallationPage, InputValue, Launch } from '@/bridge';
import { ago, memory, moment } from '@/lib/format';
import { t } from '@/messages';

export interface Row {
  label: string;
  value: string;
  code?: boolean;
  testid?: string;
}

function starts(launch: Launch): string {
  switch (launch.kind) {
    case 'process':
      return [launch.program, ...launch.args].join(' ');
    case 'container':
      return [launch.image, ...launch.entrypoint, ...launch.args].join(' ');
    case 'remote':
      return launch.url;
  }
}

export function facts({ installation, registered_command }: InstallationPage): Row[] {
  const { launch } = installation;
  const rows: Row[] = [
    {
      label: t(installation.direct?.length ? 'server.registered.direct' : 'server.registered'),
      value: registered_command.join(' '),
      code: true,
    },
    {
      label: t(launch.kind === 'remote' ? 'server.reaches' : 'server.starts'),
      value: starts(launch),
      code: true,
    },
    ...(installation.pins.length
      ? [
          {
            label: t('server.pins'),
            value: installation.pins
              .map((pin) => `${pin.what} ${pin.version}${pin.digest ? ` ${pin.digest}` : ''}`)
              .join('\n'),
            code: true,
          },
        ]
      : []),
    { label: t('server.installed'), value: when(installation.installed_at) },
    { label: t('server.verified'), value: when(installation.verified_at) },
  ];
  if (installation.folder) rows.push({ label: t('server.folder'), value: installation.folder, code: true });
  if (installation.data.length)
    rows.push({
      label: t('server.data'),
      value: installation.data
        .map((place) => (place.kind === 'folder' ? place.path : `${place.name} (${place.holds})`))
        .join('\n'),
      code: true,
    });
  return rows;
}

/** What it answered at its own paths. None of it decides anything. */
export function answers(health: Health): Row[] {
  const asked = [
    ['live', health.live],
    ['ready', health.ready],
    ['metrics', health.metrics],
  ] as const;
  const rows = asked.flatMap(([what, probed]) => {
    if (!probed) return [];
    const { path, status } = probed;
    const said = status === null ? 'silent' : status >= 200 && status < 300 ? 'yes' : 'no';
    const value = t(`health.said.${said}`, { path, status: String(status) });
    return [{ label: t(`health.${what}`), value, testid: `health-${what}` }];
  });
  return [...rows, { label: t('health.asked'), value: when(health.asked_at) }];
}

const when = (at: string | null) => (at ? `${ago(at)} (${moment(at)})` : t('time.never'));

function shown(value: InputValue | undefined): string {
  switch (value?.type) {
    case undefined:
      return t('common.none');
    case 'boolean':
      return t(value.value ? 'common.yes' : 'common.no');
    case 'paths':
      return value.value
        .map((grant) => t('install.touch.grant', { path: grant.path, access: t(`access.${grant.access}`) }))
        .join('\n');
    default:
      return String(value?.value ?? '');
  }
}

/** The inputs' values, and where secrets go: never what they are. */
export function settingsOf(installation: Installation): Row[] {
  const values = Object.entries(installation.inputs).map(([key, value]) => ({
    label: key,
    value: shown(value),
    code: value?.type === 'paths',
  }));
  const secrets = installation.secrets.map((use) => ({
    label: use.service ? t('install.touch.of', { service: use.service, what: use.env }) : use.env,
    value: '••••••••',
  }));
  return [...values, ...secrets];
}

export function confinement({ hardening, http }: ContainerLaunch): string[] {
  const sentences: string[] = [];
  if (hardening.read_only_root) sentences.push(t('harden.read_only_root'));
  if (hardening.tmpfs_tmp) sentences.push(t('harden.tmpfs_tmp', { options: hardening.tmpfs_tmp }));
  if (hardening.no_new_privileges) sentences.push(t('harden.no_new_privileges'));
  if (hardening.drop_all_capabilities) sentences.push(t('harden.drop_all_capabilities'));
  if (hardening.init) sentences.push(t('harden.init'));
  sentences.push(
    t('harden.limits', {
      cpus: hardening.cpus,
      memory: memory(hardening.memory_mib),
      processes: hardening.pids,
    }),
    http ? t('harden.port') : t(`harden.network.${hardening.network}`),
  );
  for (const folder of hardening.scratch ?? []) sentences.push(t('harden.scratch', { folder }));
  if (hardening.user) sentences.push(t('harden.user', { user: hardening.user }));
  return sentences;
}

/** Whether a server has an address that a client can be given. */
export function hasLastingAddress(launch: Launch): boolean {
  return launch.kind === 'remote' || (launch.kind === 'container' && !!launch.http?.kept);
}
