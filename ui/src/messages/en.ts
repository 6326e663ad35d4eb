/** The message catalogue: every text of the window, in English. Errors are in `en/errors`. */
import { activity } from './en/activity';
import { catalog } from './en/catalog';
import { install } from './en/install';
import { servers } from './en/servers';
import { settings } from './en/settings';
import { shell } from './en/shell';
import { trouble } from './en/trouble';

export const parts = { shell, catalog, install, activity, servers, trouble, settings } as const;

export const en = {
  ...shell,
  ...catalog,
  ...install,
  ...activity,
  ...servers,
  ...trouble,
  ...settings,
} as const;
