import { describe, expect, it } from 'vitest';

import type { Health } from '@/bridge';

import { openWindow } from './app';

async function shown(health: Health | undefined) {
  const window = await openWindow('#/catalog', { installed: true });
  const fetch = window.bridge.installations.get('fetch');
  if (!fetch) throw new Error('it is installed');
  window.bridge.installations.set('fetch', health ? { ...fetch, health } : fetch);
  location.hash = '#/servers/fetch';
  await window.find('reconfigure');
  return window;
}

describe('what a server says of itself', () => {
  it('is told path by path, with its numbers, and said to decide nothing', async () => {
    const number = { name: 'calls_total', labels: 'tool="echo"', value: '7', help: 'Calls until now.' };
    const window = await shown({
      asked_at: '2026-01-01T10:00:00Z',
      live: { path: '/livez', status: null },
      ready: { path: '/readyz', status: 503 },
      metrics: { path: '/metrics', status: 200 },
      numbers: [number],
      left_out: 3,
    });
    expect(window.get('health-live').textContent).toContain('/livez did not answer.');
    expect(window.get('health-ready').textContent).toContain('No: /readyz answered with status 503.');
    expect(window.get('health-metrics').textContent).toContain('Yes: /metrics answered with status 200.');
    const panel = window.get('server-health').textContent;
    expect(panel).toContain('decided by the handshake alone');
    expect(window.get('health-numbers').textContent).toContain('calls_total {tool="echo"}');
    expect(panel).toContain('and 3 more');
  });

  it('is told beside what was looked at, with what was seen, expected and helps', async () => {
    const base = { help: null, required: false };
    const owner = { path: '/data/x', looked_at: '/data', user: '1000:1000', owner: '0:0', mode: 0o755 };
    const key = { path: '/keys/a.key', mode: 0o644 };
    const window = await shown({
      asked_at: '2026-01-01T10:00:00Z',
      live: null,
      ready: null,
      metrics: null,
      numbers: [],
      left_out: 0,
      criteria: [
        {
          ...base,
          id: 'store',
          title: 'The store can be written',
          help: 'Restore it.',
          required: true,
          met: false,
          seen: { kind: 'writable', ...owner },
        },
        {
          ...base,
          id: 'keys',
          title: 'Keys are private',
          met: false,
          seen: { kind: 'mode', path: '/keys/*.key', at_most: 0o600, files: 2, wrong: [key] },
        },
        {
          ...base,
          id: 'log',
          title: 'All is quiet',
          met: true,
          seen: { kind: 'log', path: null, pattern: 'critical', lines: 3, matching: 0, last: null },
        },
        {
          ...base,
          id: 'status',
          title: 'It is well',
          met: false,
          seen: { kind: 'command', command: 'demo status', exit: 3, said: null, lines: ['not today'] },
        },
        {
          ...base,
          id: 'lost',
          title: 'Nobody knows',
          met: null,
          seen: { kind: 'nothing', error: { code: 'engine_missing' } },
        },
      ],
    });
    expect(window.has('server-health')).toBe(false);
    const row = (id: string) => window.get(`criterion-${id}`).textContent;
    expect(row('store')).toContain('/data belongs to 0:0 with mode 0755. The server is 1000:1000.');
    expect(row('store')).toContain('Expected: the server can write at /data/x.');
    expect(row('store')).toContain('What helps: Restore it.');
    expect(row('store')).toContain('counts as one that does not work');
    expect(row('keys')).toContain('/keys/a.key has mode 0644.');
    expect(row('log')).toContain('What it printed: 3 lines.');
    expect(row('log')).not.toContain('Expected');
    expect(row('status')).toContain('demo status ended with 3.');
    expect(row('status')).toContain('not today');
    expect(row('lost')).toContain('No container engine was found.');
  });

  it('is not spoken of where it has no paths for that', async () => {
    const window = await shown(undefined);
    expect(window.has('server-health')).toBe(false);
  });
});
