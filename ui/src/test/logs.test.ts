import { describe, expect, it } from 'vitest';

import type { LogPage } from '@/bridge';

import { openWindow, type Opened } from './app';

const line = (text: string) => ({ text, time: null, level: null, event: null });

const audit: LogPage = {
  log: {
    id: 'audit',
    title: 'Audit log',
    about: 'Who called which tool.',
    format: 'jsonl',
    path: '/data/audit.log',
  },
  end: {
    there: true,
    more: true,
    lines: [
      { text: '{"action":"create","x":1}', time: '2026-01-02T03:04:05Z', level: 'success', event: 'create' },
      { text: '{"action":"delete"}', time: null, level: 'denied', event: 'delete' },
      line('not json'),
    ],
  },
};

const plain: LogPage = {
  log: { id: 'plain', title: 'Plain log', about: 'What it says.', format: 'text', path: '/data/plain.log' },
  end: { there: false, more: false, lines: [] },
};

async function details(pages: LogPage[]): Promise<Opened> {
  const window = await openWindow('#/servers', { installed: true });
  window.bridge.logs['git'] = pages;
  await window.click('menu-git');
  await window.click('menu-git-details');
  await window.find('server-explain');
  return window;
}

describe('the logs of a server', () => {
  it('are not there where it keeps none', async () => {
    const window = await details([]);
    expect(window.has('server-logs')).toBe(false);
  });

  it('are a table where each line is JSON, with the whole line on demand', async () => {
    const window = await details([audit]);
    expect(window.get('server-logs').textContent).toContain('/data/audit.log');
    await window.click('logs-read');
    const table = await window.find('logs-table');
    const cells = [...table.querySelectorAll('tbody tr')].map((row) =>
      [...row.querySelectorAll('td')].slice(0, -1).map((cell) => cell.textContent),
    );
    expect(cells).toEqual([
      ['2026-01-02T03:04:05Z', 'success', 'create'],
      ['', 'denied', 'delete'],
      ['not json'],
    ]);
    expect(window.get('server-logs').textContent).toContain('The last 3 lines');
    const whole = window.get('logs-whole-0');
    expect(whole.getAttribute('aria-expanded')).toBe('false');
    await window.click('logs-whole-0');
    expect(window.get('logs-line').textContent).toBe('{\n  "action": "create",\n  "x": 1\n}');
    await window.click('logs-whole-0');
    await window.gone('logs-line');
  });

  it('are filtered by words, whatever their case', async () => {
    const window = await details([audit]);
    await window.click('logs-read');
    await window.type('logs-filter', 'DELETE action');
    expect(window.get('logs-table').querySelectorAll('tbody tr')).toHaveLength(1);
    await window.type('logs-filter', 'nothing like it');
    await window.find('logs-nothing');
  });

  it('say so where nothing is written yet, and can be read again', async () => {
    const window = await details([plain]);
    await window.click('logs-read');
    expect((await window.find('logs-empty')).textContent).toContain('Nothing is written yet');
    window.bridge.logs['git'] = [
      { ...plain, end: { there: true, more: false, lines: [line('one'), line('two')] } },
    ];
    await window.click('logs-read');
    expect((await window.find('logs-text')).textContent).toBe('one\ntwo');
  });

  it('can be chosen where there are several', async () => {
    const window = await details([audit, plain]);
    const which = window.get('logs-which');
    expect(which.getAttribute('aria-label')).toBe('Which log');
    expect([...which.querySelectorAll('option')].map((option) => option.textContent)).toEqual([
      'Audit log',
      'Plain log',
    ]);
  });

  it('say what went wrong', async () => {
    const window = await details([audit]);
    window.bridge.logs['git'] = [];
    await window.click('logs-read');
    expect((await window.find('logs-failed')).textContent).toContain('has no log');
  });
});
