/** What entries of the twin are made of. */
import type { ContainerSpec, Entry, InputSpec, Variant } from '../../types';

export const container = (image: string, more: Partial<ContainerSpec> = {}): ContainerSpec => ({
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

export const python = (pkg: string, version: string, env: Record<string, string> = {}): Variant => ({
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

export const node = (pkg: string, version: string): Variant => ({
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

export const image = (name: string, version: string | null, more: Partial<ContainerSpec> = {}): Variant => ({
  id: 'image',
  title: 'Container',
  best_for: 'For people who want it confined: it sees nothing of this computer.',
  version,
  planned: null,
  run: { type: 'image', ...container(name, more) },
});

/** An image that is built from the folder of the input `source`. */
export const built = (type: 'build' | 'dev', tag: string, target: string): Variant['run'] => ({
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

export const planned = (
  id: string,
  title: string,
  bestFor: string,
  note: string,
  run: Variant['run'],
): Variant => ({
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

export const entry = (
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
