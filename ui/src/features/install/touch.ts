/** What an installation may touch, from the entry's own words and what was chosen. */
import FolderOpen from '@lucide/svelte/icons/folder-open';
import Gauge from '@lucide/svelte/icons/gauge';
import Globe from '@lucide/svelte/icons/globe';
import Info from '@lucide/svelte/icons/info';
import KeyRound from '@lucide/svelte/icons/key-round';

import type { Access, PathGrant, Variant } from '@/bridge';
import type { TouchItem } from '@/components/Touch.svelte';
import { memory } from '@/lib/format';
import { containersOf, isMet } from '@/lib/variant';
import { t } from '@/messages';

import type { InstallForm } from './form.svelte';

/** The environment variables, or headers, that a secret goes to; its title where the variant does not say. */
function secretNames(variant: Variant | undefined, key: string, title: string): string[] {
  const run = variant?.run;
  const http = run && 'http' in run ? run.http : run;
  const headers = http && 'headers' in http ? http.headers : {};
  const own = run && 'env' in run ? { ...headers, ...run.env } : headers;
  const all = run?.type === 'stack' ? containersOf(run) : [];
  const places = [
    { name: null, env: own },
    ...all.map(({ name, container }) => ({ name, env: container.env })),
  ];
  const names = places.flatMap(({ name: service, env }) =>
    Object.entries(env)
      .filter(([, value]) => value?.includes(`{{${key}}}`))
      .map(([name]) => (service === null ? name : t('install.touch.of', { service, what: name }))),
  );
  return names.length ? names : [title];
}

/**
 * What the server sees of a path. A container whose image is built from a folder sees only what of it
 * is mounted, and can never write there.
 */
function seen(run: Variant['run'] | undefined, key: string, grant: PathGrant): string[] {
  // Nothing keeps a program of the person's own from writing.
  const free = run?.type === 'python' || run?.type === 'node';
  const text = (path: string, access: Access) =>
    t('install.touch.grant', { path, access: t(`access.${access}`) });
  const built = run && containersOf(run).find(({ container }) => container.build?.source === key);
  if (!built) return [text(grant.path, free ? 'read_write' : grant.access)];
  return built.container.mounts.flatMap(({ source }) =>
    source.from === 'input' && source.input === key
      ? [text(source.folder ? `${grant.path}/${source.folder}` : grant.path, 'read_only')]
      : [],
  );
}

/** The engine's socket, where what was chosen gives it to one of the containers. */
function sockets(form: InstallForm): string[] {
  const { inputs } = form.choices;
  const all = form.chosen ? containersOf(form.chosen.run) : [];
  return all.flatMap(({ name, container }) =>
    container.mounts
      .filter(({ source, when }) => source.from === 'engine_socket' && (!when || isMet(when, inputs)))
      .map(() => t('install.touch.socket'))
      .map((what) => (name === null ? what : t('install.touch.of', { service: name, what }))),
  );
}

/** Host and port of an address; a placeholder in it stays as it is. */
function host(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/[/?#].*$/s, '');
}

/** What a container may use of this computer. */
function limitsOf({ name, container }: ReturnType<typeof containersOf>[number]): string {
  const what = t('install.touch.limits', {
    cpus: container.cpus,
    memory: memory(container.memory_mib),
    processes: container.pids,
  });
  return name === null ? what : t('install.touch.of', { service: name, what });
}

function limits(run: Variant['run'] | undefined): string[] {
  if (run?.type === 'remote') return [t('install.touch.elsewhere', { host: host(run.url) })];
  const containers = run ? containersOf(run) : [];
  if (containers.length) return [...containers.map(limitsOf), t('install.touch.confined')];
  return [t('install.touch.unconfined')];
}

export function touchItems(form: InstallForm): TouchItem[] {
  const { permissions } = form.page.entry;
  const run = form.chosen?.run;
  const grants = [
    ...sockets(form),
    ...form.inputs.flatMap((spec) => form.draft(spec).paths.flatMap((grant) => seen(run, spec.key, grant))),
  ];
  const secrets = form.inputs
    .filter((spec) => spec.kind.type === 'secret')
    .flatMap((spec) => secretNames(form.chosen, spec.key, spec.title));
  const items: TouchItem[] = [
    { id: 'network', icon: Globe, label: t('entry.touch.network'), texts: [permissions.network] },
    {
      id: 'files',
      icon: FolderOpen,
      label: t('entry.touch.files'),
      texts: grants.length ? grants : [permissions.files],
    },
    {
      id: 'secrets',
      icon: KeyRound,
      label: t('entry.touch.secrets'),
      texts: secrets.length ? secrets : [t('install.touch.none')],
    },
    {
      id: 'limits',
      icon: Gauge,
      label: t('entry.touch.limits'),
      texts: limits(run),
    },
  ];
  if (permissions.notes.length)
    items.push({ id: 'notes', icon: Info, label: t('entry.touch.notes'), texts: permissions.notes });
  return items;
}
