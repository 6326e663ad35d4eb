import type { SecretRow } from '../../types';
import { checksOf } from '../facts';
import { HOME } from '../plan';
import type { Handlers } from './handlers';
import { fail, type World } from '../world';

/** The computer, its clients, its secrets and its dialogs. */
export function computer(world: World) {
  return {
    app_info: () => ({
      version: '0.1.0',
      platform: 'linux',
      home: HOME,
      user_home: '/home/sam',
      launcher: '/usr/bin/berth',
    }),
    facts_get: () => world.facts(),
    facts_refresh: () => {
      world.emit({ kind: 'facts', facts: world.facts() });
      return null;
    },
    secret_list: () =>
      [...world.installations.values()].flatMap((installation) =>
        installation.secrets.map((use): SecretRow => {
          const spec = world.entry(installation.entry).inputs.find((one) => one.key === use.input);
          return {
            name: installation.name,
            server: installation.title,
            input: use.input,
            title: spec?.title ?? use.input,
            env: [use.env],
            link: spec?.link ?? null,
            stored:
              world.facts().vault.state === 'found'
                ? world.keychain.has(`${installation.name}/${use.input}`)
                : null,
          };
        }),
      ),
    secret_set: ({ name, input, value }) => {
      world.keychain.set(`${name}/${input}`, value);
      world.emit({ kind: 'installations' });
      return null;
    },
    secret_delete: ({ name, input }) => {
      world.keychain.delete(`${name}/${input}`);
      world.emit({ kind: 'installations' });
      return null;
    },
    vault_create: () => {
      world.become({ vault: 'passphrase' });
      return null;
    },
    vault_unlock: ({ passphrase }) => {
      if (passphrase === 'wrong') fail({ code: 'passphrase_wrong' });
      world.become({ vault: 'passphrase' });
      return null;
    },
    client_list: () => [
      { client: 'claude_code', title: 'Claude Code', state: world.facts().claude },
      { client: 'claude_desktop', title: 'Claude Desktop', state: world.facts().claude_desktop },
    ],
    settings_get: () => world.settings,
    settings_set: (settings) => {
      world.settings = settings;
      return settings;
    },
    doctor_run: () => checksOf(world.facts()),
    launcher_link: () => ({ path: '/home/sam/.local/bin/berth', on_path: true }),
    support_report: () => ({ text: '# Berth 0.1.0\n\nA pretended report.' }),
    pick_folder: () => ({ path: world.picks.shift() ?? '/home/sam/src/website' }),
    pick_new_file: ({ file_name }) => ({ path: world.picks.shift() ?? `/home/sam/${file_name}` }),
    pick_file: () => ({ path: world.picks.shift() ?? '/home/sam/notes.txt' }),
    link_open: ({ url }) => {
      world.opened.push(url);
      return null;
    },
  } satisfies Partial<Handlers>;
}
