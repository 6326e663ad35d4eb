/** The code of every page but the catalog is loaded when the page is first shown. */
import type { Component } from 'svelte';

import type { Route } from '@/lib/routes';
import type { Overlay } from '@/stores/overlays.svelte';

type Page = Component<{ route: Route }>;
type Load = () => Promise<{ default: Page }>;

/** A page that needs to know nothing of the route is one that may be given it. */
const plain = (load: () => Promise<{ default: Component }>): Load => load as unknown as Load;

export const pages: Record<Exclude<Route['page'], 'catalog'>, Load> = {
  entry: () => import('@/features/entry/EntryPage.svelte'),
  servers: () => import('@/features/servers/ServersPage.svelte'),
  secrets: plain(() => import('@/features/secrets/SecretsPage.svelte')),
  clients: plain(() => import('@/features/clients/ClientsPage.svelte')),
  activity: () => import('@/features/activity/ActivityPage.svelte'),
  settings: plain(() => import('@/features/settings/SettingsPage.svelte')),
  doctor: () => import('@/features/doctor/DoctorPage.svelte'),
};

export const overlays = {
  install: () => import('@/features/install/InstallSheet.svelte'),
  remove: () => import('@/features/servers/RemoveDialog.svelte'),
  connect: () => import('@/features/servers/ConnectDialog.svelte'),
  disconnect: () => import('@/features/servers/DisconnectDialog.svelte'),
  backup: () => import('@/features/servers/BackupDialog.svelte'),
  action: () => import('@/features/servers/ActionDialog.svelte'),
  export: () => import('@/features/servers/ExportDialog.svelte'),
  link: () => import('./LinkDialog.svelte'),
} satisfies Record<Overlay['kind'] | 'link', () => Promise<{ default: unknown }>>;
