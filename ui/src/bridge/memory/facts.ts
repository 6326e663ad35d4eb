import type { BerthError, Check, Client, Facts, RegistrationSummary } from '../types';

/** How the twin's machine is: what each probe finds. */
export interface Machine {
  engine: 'found' | 'missing' | 'stopped' | 'denied' | 'unknown';
  vault: 'found' | 'missing' | 'locked' | 'passphrase' | 'sealed' | 'unknown';
  claude: 'found' | 'missing' | 'unknown';
  desktop: boolean;
  /** Registrations that Berth did not make. */
  foreign: readonly RegistrationSummary[];
  /** Source folders that servers were installed from and that are not there any more. */
  gone: readonly string[];
}

export const goodMachine: Machine = {
  engine: 'found',
  vault: 'found',
  claude: 'found',
  desktop: true,
  foreign: [],
  gone: [],
};

const SOCKET = 'unix:///var/run/docker.sock';

const engineErrors: Record<'missing' | 'stopped' | 'denied', BerthError> = {
  missing: { code: 'engine_missing' },
  stopped: { code: 'engine_stopped', endpoint: SOCKET, causes: ['connect: no such file or directory'] },
  denied: { code: 'engine_denied', endpoint: SOCKET, causes: ['connect: permission denied'] },
};
const vaultErrors: Record<'missing' | 'locked' | 'sealed', BerthError> = {
  missing: { code: 'keychain_missing' },
  locked: { code: 'keychain_locked' },
  sealed: { code: 'passphrase_needed' },
};

const found = <T>(value: T) => ({ state: 'found' as const, value });
const missing = (error: BerthError) => ({ state: 'missing' as const, error });
const unknown = { state: 'unknown' as const };

export function factsOf(machine: Machine, registrations: readonly RegistrationSummary[]): Facts {
  const { engine, vault, claude } = machine;
  return {
    engine:
      engine === 'unknown'
        ? unknown
        : engine === 'found'
          ? found({
              product: 'Docker',
              version: '28.2.1',
              api: '1.50',
              endpoint: SOCKET,
              found_by: 'platform',
              platform: 'linux/amd64',
              remote: false,
              rootful_here: true,
            })
          : missing(engineErrors[engine]),
    vault:
      vault === 'unknown'
        ? unknown
        : vault === 'found'
          ? found({ kind: 'keychain', product: 'GNOME Keyring' })
          : vault === 'passphrase'
            ? found({ kind: 'passphrase', product: 'Encrypted vault' })
            : missing(vaultErrors[vault]),
    claude:
      claude === 'unknown'
        ? unknown
        : claude === 'found'
          ? found({
              program: '/home/sam/.local/bin/claude',
              version: '2.1.329',
              config: '/home/sam/.claude.json',
              registrations: [...registrations, ...machine.foreign].filter(of('claude_code')),
              unreadable: {},
            })
          : missing({ code: 'claude_missing' }),
    claude_desktop: machine.desktop
      ? found({
          program: '',
          version: '',
          config: '/home/sam/.config/Claude/claude_desktop_config.json',
          registrations: [...registrations, ...machine.foreign].filter(of('claude_desktop')),
          unreadable: {},
        })
      : missing({ code: 'claude_desktop_missing' }),
    uv: found({ path: '/usr/bin/uv', version: '0.13.8' }),
    python: found({ path: '/usr/bin/python3', version: '3.11.7' }),
    node: found({ path: '/usr/bin/node', version: '20.20.2' }),
    git: found({ path: '/usr/bin/git', version: '2.39.5' }),
    launcher_on_path: found({ path: '/usr/bin/berth', version: '0.1.0' }),
  };
}

/** The doctor's view of the same facts. */
export function checksOf(facts: Facts): Check[] {
  const status = (fact: { state: string }) =>
    fact.state === 'unknown' ? 'checking' : fact.state === 'found' ? 'good' : 'bad';
  const error = (fact: Facts['engine'] | Facts['vault'] | Facts['claude']) =>
    fact.state === 'missing' ? fact.error : null;
  const engine = error(facts.engine);
  const vault = error(facts.vault);
  const claude = error(facts.claude);
  return [
    {
      id: 'engine',
      status: status(facts.engine),
      seen:
        facts.engine.state === 'found'
          ? [
              { what: 'product', value: facts.engine.value.product },
              { what: 'version', value: facts.engine.value.version },
              { what: 'endpoint', value: facts.engine.value.endpoint },
            ]
          : [],
      error: engine,
      fixes: [
        ...(engine?.code === 'engine_missing'
          ? [{ fix: 'open_link' as const, url: 'https://docs.docker.com/engine/install/' }]
          : []),
        ...(engine?.code === 'engine_stopped'
          ? [{ fix: 'copy_command' as const, command: 'sudo systemctl start docker' }]
          : []),
        ...(engine?.code === 'engine_denied'
          ? [{ fix: 'copy_command' as const, command: 'sudo usermod -aG docker sam' }]
          : []),
        ...(engine ? [{ fix: 'open_settings' as const }] : []),
        { fix: 'recheck', probe: 'engine' },
      ],
    },
    {
      id: 'vault',
      status: status(facts.vault),
      seen: facts.vault.state === 'found' ? [{ what: 'product', value: facts.vault.value.product }] : [],
      error: vault,
      fixes: [
        ...(vault?.code === 'keychain_missing' || vault?.code === 'keychain_locked'
          ? [{ fix: 'create_vault' as const }]
          : []),
        ...(vault?.code === 'passphrase_needed' ? [{ fix: 'unlock_vault' as const }] : []),
        { fix: 'recheck', probe: 'vault' },
      ],
    },
    {
      id: 'claude',
      status: status(facts.claude),
      seen:
        facts.claude.state === 'found'
          ? [
              { what: 'program', value: facts.claude.value.program },
              { what: 'version', value: facts.claude.value.version },
            ]
          : [],
      error: claude,
      fixes: [
        ...(claude
          ? [
              {
                fix: 'open_link' as const,
                url: 'https://docs.claude.com/en/docs/claude-code/setup',
              },
              { fix: 'open_settings' as const },
            ]
          : []),
        { fix: 'recheck', probe: 'claude' },
      ],
    },
    {
      id: 'launcher',
      status: 'limited',
      seen: [{ what: 'path', value: '/usr/bin/berth' }],
      error: { code: 'launcher_not_on_path' },
      fixes: [{ fix: 'link_launcher', path: '/home/sam/.local/bin/berth' }],
    },
    { id: 'python', status: 'good', seen: [{ what: 'version', value: '3.11.7' }], error: null, fixes: [] },
    { id: 'node', status: 'good', seen: [{ what: 'version', value: '20.20.2' }], error: null, fixes: [] },
    { id: 'installations', status: 'good', seen: [], error: null, fixes: [] },
    {
      id: 'catalog',
      status: 'limited',
      seen: [{ what: 'file', value: 'catalog/broken.yaml' }],
      error: { code: 'entry_invalid', file: 'catalog/broken.yaml', problem: 'line 4: unknown field `foo`' },
      fixes: [],
    },
  ];
}

const of =
  (client: Client) =>
  ({ place }: RegistrationSummary): boolean =>
    place.client === client;
