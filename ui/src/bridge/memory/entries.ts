/** Entries of the twin: the shapes of the built-in catalog, so that every screen has something to show. */
import type { ContainerSpec, Entry, InputSpec, Variant } from '../types';

const container = (image: string, more: Partial<ContainerSpec> = {}): ContainerSpec => ({
  image,
  build: null,
  digest: `sha256:${'9f3c1a7be5d2'.repeat(6).slice(0, 64)}`,
  entrypoint: [],
  args: [],
  env: {},
  mounts: [],
  http: null,
  network: 'bridge',
  user: null,
  scratch: [],
  writable_root: false,
  memory_mib: 2048,
  cpus: 1,
  pids: 256,
  ...more,
});

const python = (pkg: string, version: string, env: Record<string, string> = {}): Variant => ({
  id: 'python',
  title: 'Python package',
  best_for: 'For people who want it small and quick, and have Python or uv.',
  version,
  planned: null,
  run: {
    type: 'python',
    package: pkg,
    version,
    source: null,
    pins: [],
    requires: '>=3.11',
    script: pkg,
    args: [],
    env,
  },
});

const node = (pkg: string, version: string): Variant => ({
  id: 'node',
  title: 'Node package',
  best_for: 'For people who have Node.js and want no container.',
  version,
  planned: null,
  run: {
    type: 'node',
    package: pkg,
    version,
    source: null,
    build: [],
    requires: '>=20',
    bin: pkg,
    args: [],
    env: {},
  },
});

const image = (name: string, version: string | null, more: Partial<ContainerSpec> = {}): Variant => ({
  id: 'image',
  title: 'Container',
  best_for: 'For people who want it confined: it sees nothing of this computer.',
  version,
  planned: null,
  run: { type: 'image', ...container(name, more) },
});

/** An image that is built from the folder of the input `source`. */
const built = (type: 'build' | 'dev', tag: string, target: string): Variant['run'] => ({
  type,
  ...container(tag, {
    digest: null,
    build: { source: 'source', dockerfile: 'Dockerfile', target, args: {} },
    mounts:
      type === 'dev'
        ? [{ source: { from: 'input', input: 'source', folder: 'src' }, target: '/app/src' }]
        : [],
  }),
});

const planned = (id: string, title: string, bestFor: string, note: string, run: Variant['run']): Variant => ({
  id,
  title,
  best_for: bestFor,
  version: null,
  planned: note,
  run,
});

export const input = (spec: Pick<InputSpec, 'key' | 'title' | 'kind'> & Partial<InputSpec>): InputSpec => ({
  help: '',
  link: null,
  required: false,
  placeholder: null,
  from_env: [],
  variants: [],
  when: null,
  ...spec,
});

const entry = (
  spec: Pick<Entry, 'id' | 'title' | 'publisher' | 'summary' | 'categories' | 'variants'> & Partial<Entry>,
): Entry => ({
  description: spec.summary,
  keywords: [],
  trust: 'verified',
  homepage: null,
  source: null,
  license: 'MIT',
  tools_count: null,
  tools: [],
  permissions: { network: 'none', files: 'none of yours', notes: [] },
  inputs: [],
  credential_check: null,
  health: [],
  logs: [],
  actions: [],
  startup_seconds: 30,
  prompts: [],
  help: [],
  updates: [],
  troubles: [],
  ...spec,
});

const MCP = 'Model Context Protocol';
const servers = { url: 'https://github.com/modelcontextprotocol/servers', folder: null };

export const entries: readonly Entry[] = [
  entry({
    id: 'time',
    title: 'Time',
    publisher: MCP,
    summary: 'The time anywhere, and conversions between time zones.',
    categories: ['utilities'],
    keywords: ['clock', 'zone', 'date'],
    homepage: 'https://modelcontextprotocol.io',
    source: { ...servers, folder: 'src/time' },
    description:
      'Tells the **current time** in any time zone and converts times between zones.\n\n- Zones by their IANA names, such as `Europe/Paris`\n- Daylight saving time is taken into account\n\nSee [the list of zones](https://en.wikipedia.org/wiki/List_of_tz_database_time_zones).',
    tools: [
      { name: 'get_current_time', description: 'Gets the current time in a time zone.' },
      { name: 'convert_time', description: 'Converts a time from one zone to another.' },
    ],
    inputs: [
      input({
        key: 'timezone',
        title: 'Time zone',
        help: 'The zone that counts as local. Without it, the computer’s own.',
        placeholder: 'Europe/Paris',
        kind: {
          type: 'text',
          default: null,
          pattern: '[A-Za-z_]+(/[A-Za-z_+-]+)*',
          pattern_help: 'Give an IANA name such as Europe/Paris.',
          min_length: null,
          max_length: 64,
          extract: null,
        },
      }),
    ],
    variants: [python('mcp-server-time', '2026.10.19'), image('mcp/time:latest', null, { network: 'none' })],
    prompts: [
      { title: 'Now, elsewhere', text: 'What time is it in Tokyo right now?' },
      { title: 'A meeting', text: 'If we meet at 16:00 in Berlin, when is that in San Francisco?' },
    ],
    help: [
      {
        question: 'Why does it ask for a time zone?',
        answer: 'Without one it takes the zone of this computer. In a container that is **UTC**.',
      },
    ],
  }),
  entry({
    id: 'fetch',
    title: 'Fetch',
    publisher: MCP,
    summary: 'Reads a web page and gives it as Markdown.',
    categories: ['web'],
    source: { ...servers, folder: 'src/fetch' },
    tools: [{ name: 'fetch', description: 'Fetches an address and gives its text as Markdown.' }],
    permissions: {
      network: 'any web page that you or Claude name',
      files: 'none of yours',
      notes: ['What a web page says can try to mislead Claude: read what it proposes.'],
    },
    inputs: [
      input({
        key: 'ignore_robots',
        title: 'Ignore robots.txt',
        help: 'Reads pages that ask robots to stay away.',
        kind: { type: 'boolean', default: false },
      }),
      input({
        key: 'proxy_url',
        title: 'Proxy',
        placeholder: 'http://proxy.example.org:3128',
        kind: { type: 'url', default: null, schemes: [] },
      }),
      input({
        key: 'proxy_password',
        title: 'Password of the proxy',
        required: true,
        when: { input: 'proxy_url', is: [] },
        kind: { type: 'secret', min_length: null, pattern: null, pattern_help: null, generate: null },
      }),
    ],
    variants: [python('mcp-server-fetch', '2026.10.24'), image('mcp/fetch:latest', null)],
    prompts: [{ title: 'A page', text: 'Fetch https://example.com and tell me what it is about.' }],
  }),
  entry({
    id: 'filesystem',
    title: 'Filesystem',
    publisher: MCP,
    summary: 'Reads and writes the folders that you choose, and nothing else.',
    categories: ['files'],
    source: { ...servers, folder: 'src/filesystem' },
    tools_count: 14,
    tools: ['read_text_file', 'write_file', 'list_directory', 'search_files'].map((name) => ({
      name,
      description: 'Works inside the folders that you chose.',
    })),
    permissions: { network: 'none', files: 'the folders that you choose', notes: [] },
    inputs: [
      input({
        key: 'folders',
        title: 'Folders',
        help: 'What Claude may see. Choose no more than it needs.',
        required: true,
        kind: { type: 'folder', multiple: true, access: 'read_only' },
      }),
    ],
    variants: [
      node('@modelcontextprotocol/server-filesystem', '2026.8.31'),
      image('mcp/filesystem:latest', null),
    ],
    prompts: [
      { title: 'Look around', text: 'List the files in my project folder and say what each is for.' },
    ],
  }),
  entry({
    id: 'github',
    title: 'GitHub',
    publisher: 'GitHub',
    summary: 'Repositories, issues, pull requests and actions.',
    categories: ['developer-tools', 'work'],
    homepage: 'https://github.com/github/github-mcp-server',
    source: { url: 'https://github.com/github/github-mcp-server', folder: null },
    tools_count: 92,
    permissions: {
      network: 'api.github.com, or the host that you give',
      files: 'none of yours',
      notes: ['It can do what your token can do.'],
    },
    inputs: [
      input({
        key: 'token',
        title: 'Personal access token',
        help: 'Give it only the rights that you need.',
        link: 'https://github.com/settings/tokens',
        required: true,
        kind: {
          type: 'secret',
          min_length: 20,
          pattern: '(ghp_|github_pat_)[A-Za-z0-9_]+',
          pattern_help: 'It begins with ghp_ or github_pat_.',
          generate: null,
        },
      }),
      input({
        key: 'toolsets',
        title: 'Tools',
        kind: {
          type: 'choice',
          default: 'default',
          options: [
            { value: 'default', title: 'The usual ones' },
            { value: 'all', title: 'All of them' },
          ],
        },
      }),
      input({
        key: 'read_only',
        title: 'Read only',
        help: 'It changes nothing on GitHub.',
        kind: { type: 'boolean', default: false },
      }),
      input({
        key: 'page_size',
        title: 'Items per page',
        kind: { type: 'number', default: 30, min: 1, max: 100, integer: true },
      }),
    ],
    variants: [
      image('ghcr.io/github/github-mcp-server:v1.12.2', '1.12.2', {
        env: { GITHUB_PERSONAL_ACCESS_TOKEN: '{{token}}' },
      }),
      {
        id: 'remote',
        title: 'Remote server',
        best_for: 'For people who want nothing on this computer.',
        version: null,
        planned: null,
        run: {
          type: 'remote',
          url: 'https://api.githubcopilot.com/mcp/',
          headers: { Authorization: 'Bearer {{token}}' },
          live: null,
          ready: '/readyz',
          metrics: null,
        },
      },
    ],
    prompts: [{ title: 'My issues', text: 'Which issues are assigned to me, and which is the most urgent?' }],
  }),
  entry({
    id: 'git',
    title: 'Git',
    publisher: MCP,
    summary: 'Reads, searches and changes a Git repository.',
    categories: ['developer-tools'],
    tools_count: 12,
    permissions: { network: 'none', files: 'the repository that you choose', notes: [] },
    inputs: [
      input({
        key: 'repository',
        title: 'Repository',
        kind: { type: 'folder', multiple: false, access: 'read_write' },
      }),
    ],
    variants: [python('mcp-server-git', '2026.10.19'), image('mcp/git:latest', null)],
  }),
  entry({
    id: 'memory',
    title: 'Memory',
    publisher: MCP,
    summary: 'Remembers facts between conversations, as a graph.',
    categories: ['knowledge'],
    tools_count: 9,
    variants: [node('@modelcontextprotocol/server-memory', '2026.8.31'), image('mcp/memory:latest', null)],
  }),
  entry({
    id: 'sequentialthinking',
    title: 'Sequential thinking',
    publisher: MCP,
    summary: 'Takes a problem apart step by step.',
    categories: ['reasoning'],
    tools_count: 1,
    variants: [node('@modelcontextprotocol/server-sequential-thinking', '2026.8.31')],
  }),
  entry({
    id: 'everything',
    title: 'Everything',
    publisher: MCP,
    summary: 'Shows every feature of the protocol; for people who write clients.',
    categories: ['developer-tools'],
    tools_count: 13,
    variants: [node('@modelcontextprotocol/server-everything', '2026.8.31')],
  }),
  entry({
    id: 'kitaru',
    title: 'Kitaru',
    publisher: 'ZenML',
    summary: 'Query and manage executions, deployments and artifacts.',
    categories: ['developer-tools', 'cloud'],
    license: 'Apache-2.0',
    tools_count: 37,
    inputs: [
      input({
        key: 'auth_token',
        title: 'Authentication token',
        kind: { type: 'secret', min_length: null, pattern: null, pattern_help: null, generate: null },
      }),
    ],
    variants: [python('kitaru[mcp]', '0.21.0', { KITARU_AUTH_TOKEN: '{{auth_token}}' })],
  }),
  entry({
    id: 'kaiten',
    title: 'Kaiten',
    publisher: 'kaiten-mcp',
    summary: 'Boards, cards, time logs and reports of your Kaiten company.',
    categories: ['work'],
    license: null,
    tools_count: 246,
    inputs: [
      input({
        key: 'subdomain',
        title: 'Company name in the address',
        from_env: ['KAITEN_SUBDOMAIN', 'KAITEN_DOMAIN'],
        kind: {
          type: 'text',
          default: null,
          pattern: null,
          pattern_help: null,
          min_length: null,
          max_length: null,
          extract: null,
        },
      }),
      input({
        key: 'token',
        title: 'API token',
        required: true,
        kind: { type: 'secret', min_length: 20, pattern: null, pattern_help: null, generate: null },
      }),
      input({
        key: 'source',
        title: 'Source folder',
        required: true,
        kind: { type: 'source', marker: { file: 'pyproject.toml', name: 'kaiten-mcp' } },
      }),
    ],
    variants: [
      {
        id: 'dev',
        title: 'Docker, live source',
        best_for: 'For people who edit kaiten-mcp.',
        version: null,
        planned: null,
        run: built('dev', 'kaiten-mcp:dev', 'deps'),
      },
      {
        id: 'baked',
        title: 'Docker, self-contained',
        best_for: 'For people who just want the tools.',
        version: null,
        planned: null,
        run: built('build', 'kaiten-mcp:latest', 'baked'),
      },
      {
        id: 'python',
        title: 'Python from source',
        best_for: 'For a quick start without a container engine.',
        version: null,
        planned: null,
        run: {
          type: 'python',
          package: 'kaiten-mcp',
          version: null,
          source: 'source',
          pins: [],
          requires: '>=3.11',
          script: 'kaiten-mcp',
          args: [],
          env: { KAITEN_TOKEN: '{{token}}' },
        },
      },
    ],
    updates: [
      { changed: 'Code', variants: ['dev'], then: 'restart' },
      { changed: 'Code', variants: ['baked'], then: 'rebuild' },
      { changed: 'Token', variants: [], then: 'reconfigure' },
    ],
    troubles: [
      {
        problem: 'The build fails',
        signs: ['no matching version'],
        cause: 'The network failed, or the cache is stale.',
        help: 'Build once **without** the cache.',
        variants: [],
        then: 'rebuild_without_cache',
      },
    ],
  }),
  entry({
    id: 'dot-ai',
    title: 'dot-ai',
    publisher: 'DevOps AI Toolkit',
    summary: 'Kubernetes recommendations with a vector store beside it.',
    categories: ['cloud', 'developer-tools'],
    tools_count: 9,
    variants: [
      planned(
        'stack',
        'Three containers',
        'For people who want all of it.',
        'Stacks come with a later version of Berth.',
        {
          type: 'stack',
          long_lived: false,
          health: null,
          server: container('dot-ai:2'),
          services: [
            { name: 'qdrant', after: [], health: null, run: container('qdrant:1') },
            { name: 'plugin', after: ['qdrant'], health: null, run: container('plugin:2') },
          ],
        },
      ),
    ],
  }),
  entry({
    id: 'community-postgres-with-a-very-long-name',
    title: 'Postgres, read only, with schema inspection and a very long name',
    publisher: 'A publisher whose name does not fit into a card either',
    summary:
      'Read-only queries and schema inspection of a database, in a description that is longer than the two lines that a card has room for, so that it must be cut.',
    categories: ['databases'],
    trust: 'community',
    tools_count: null,
    permissions: { network: 'the database that you name', files: 'none of yours', notes: [] },
    inputs: [
      input({
        key: 'url',
        title: 'Connection',
        required: true,
        kind: { type: 'url', default: null, schemes: ['postgres', 'postgresql'] },
      }),
    ],
    variants: [image('mcp/postgres:latest', null)],
  }),
];

/** Invented entries, to see the catalog with many of them. */
export function manyEntries(count: number): Entry[] {
  const kinds = ['databases', 'cloud', 'web', 'work', 'files', 'knowledge'] as const;
  const trusts = ['publisher', 'community', 'community'] as const;
  return Array.from({ length: count }, (_, i) =>
    entry({
      id: `generated-${String(i)}`,
      title: `Server ${String(i)}`,
      publisher: `publisher-${String(i % 97)}`,
      summary: `Number ${String(i)} of many, made to see how the catalog scrolls.`,
      categories: [kinds[i % kinds.length] ?? 'web'],
      trust: trusts[i % trusts.length] ?? 'community',
      tools_count: (i % 40) + 1,
      variants: [i % 2 ? node(`server-${String(i)}`, '1.0.0') : python(`server-${String(i)}`, '1.0.0')],
    }),
  );
}
