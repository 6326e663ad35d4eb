/** Servers that are packages and images, as the built-in catalog has them. */
import type { Entry } from '../../types';
import { entry, image, input, node, python } from './shapes';

const MCP = 'Model Context Protocol';
const servers = { url: 'https://github.com/modelcontextprotocol/servers', folder: null };

export const packages: readonly Entry[] = [
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
];
