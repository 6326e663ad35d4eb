import { describe, expect, it } from 'vitest';

import type { Action, BerthError } from '@/bridge';

import { openWindow } from './app';

const program = (name: string, ...args: string[]) => ({ program: name, args, seconds: 60 });

const rotate: Action = {
  id: 'rotate-keys',
  title: 'Make new signing keys',
  help: 'Restart Claude afterwards.',
  changes: 'its signing keys',
  steps: [
    { kind: 'command', program: program('sh', '-c', 'mv a b'), undo: program('sh', '-c', 'mv b a') },
    { kind: 'tool', tool: 'initialize_keys', arguments: {} },
  ],
};
const metrics: Action = {
  id: 'metrics',
  title: 'Show numbers',
  help: null,
  changes: null,
  steps: [{ kind: 'tool', tool: 'numbers', arguments: {} }],
};
const test: Action = {
  id: 'test',
  title: 'Run the tests',
  help: null,
  changes: null,
  steps: [{ kind: 'program', program: { folder: '/home/sam/src/x', ...program('make', 'test') } }],
};

async function offering(...actions: Action[]) {
  return withObstacles({}, ...actions);
}

async function withObstacles(obstacles: Record<string, BerthError>, ...actions: Action[]) {
  const window = await openWindow('#/catalog', { installed: true });
  window.bridge.obstacles = obstacles;
  const installation = window.bridge.installations.get('fetch');
  if (!installation) throw new Error('it is installed');
  installation.actions = actions;
  location.hash = '#/servers/fetch';
  await window.find('reconfigure');
  return window;
}

const started = (window: Awaited<ReturnType<typeof offering>>) =>
  window.bridge.calls.filter(({ name }) => name === 'action_start').length;

describe('what a server offers', () => {
  it('is done after what it changes and how it is undone was agreed to', async () => {
    const window = await offering(rotate);
    expect(window.get('action-rotate-keys').textContent).toContain('It changes its signing keys.');
    expect(window.get('run-rotate-keys').getAttribute('aria-label')).toBe('Run: Make new signing keys');
    await window.click('run-rotate-keys');
    const step = await window.find('plan-step-act_command');
    expect(step.textContent).toContain('if it fails');
    expect(step.textContent).toContain('mv b a');
    expect(window.get('plan-step-act_tool').textContent).toContain('initialize_keys');
    expect(window.get('action-help').textContent).toBe('Restart Claude afterwards.');
    expect(window.get('warnings').textContent).toContain('It changes its signing keys.');
    expect(started(window)).toBe(0);
    await window.click('plan-agree');
    await window.find('job-result');
    expect(started(window)).toBe(1);
    expect(document.body.textContent).toContain('Make new signing keys: fetch');
  });

  it('is done at once where it only looks', async () => {
    const window = await offering(metrics);
    expect(window.get('action-metrics').textContent).toContain('It only looks.');
    await window.click('run-metrics');
    await window.find('job-result');
    expect(started(window)).toBe(1);
  });

  it('says that a program runs as the person', async () => {
    const window = await offering(test);
    expect(window.get('action-test').textContent).toContain('It runs a program as you.');
    await window.click('run-test');
    await window.find('plan-step-act_program');
    const warning = window.get('warnings').textContent;
    expect(warning).toContain('“make test” runs in /home/sam/src/x as you');
    await window.click('plan-cancel');
    expect(started(window)).toBe(0);
  });

  it('cannot be run where something stands in the way, and says what', async () => {
    const missing: BerthError = { code: 'tool_unknown', tool: 'initialize_keys' };
    const window = await withObstacles({ 'rotate-keys': missing }, rotate);
    const row = window.get('action-rotate-keys');
    expect(row.textContent).toContain('The server has no tool “initialize_keys”.');
    expect(window.get('run-rotate-keys').hasAttribute('disabled')).toBe(true);
  });

  it('is not spoken of where there is nothing', async () => {
    const window = await offering();
    expect(window.has('server-actions')).toBe(false);
  });
});
