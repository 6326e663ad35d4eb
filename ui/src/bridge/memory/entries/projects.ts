/** Servers from a person's own folder, of several parts, and one from the community. */
import type { Entry } from '../../types';
import { built, container, entry, image, input, planned } from './shapes';

export const projects: readonly Entry[] = [
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
