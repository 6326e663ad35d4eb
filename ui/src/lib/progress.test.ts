import { describe, expect, it } from 'vitest';

import type { Job, JobState, Layer, StepState } from '@/bridge';
import { installPlan } from '@/bridge/memory/plan';
import { entries } from '@/bridge/memory/entries';

import { currentStep, isOver, jobFraction, layerBytes, stepFraction } from './progress';

function job(states: StepState[], state: JobState = 'running'): Job {
  const entry = entries[0];
  const variant = entry?.variants[0];
  if (!entry || !variant) throw new Error('the twin has no entry');
  const plan = installPlan(entry, variant, 'time', {
    entry: 'time',
    variant: null,
    name: null,
    place: { client: 'claude_code', scope: 'user', project: null },
    inputs: {},
    secrets: {},
    replace: false,
    no_cache: false,
    use_image: false,
    direct: false,
    from_env: [],
  });
  return {
    id: '1',
    plan: { ...plan, steps: plan.steps.slice(0, states.length) },
    state,
    steps: states.map((one) => ({
      state: one,
      outcome: { outcome: 'nothing' },
      began_at: null,
      ended_at: null,
    })),
    error: null,
    leftovers: [],
    created_at: '',
    ended_at: null,
    owner_pid: 1,
  };
}

const layer = (state: Layer['state'], current: number, total: number): Layer => ({
  id: 'x',
  state,
  current,
  total,
});

describe('how far a job is', () => {
  it('goes from nothing to all, and is all only when it is done', () => {
    expect(jobFraction(job(['waiting', 'waiting', 'waiting']), undefined)).toBe(0);
    const half = jobFraction(job(['done', 'done', 'running']), { kind: 'count', done: 1, total: 2 });
    expect(half).toBeGreaterThan(0.3);
    expect(half).toBeLessThan(0.99);
    expect(jobFraction(job(['done', 'done', 'done']), undefined)).toBe(0.99);
    expect(jobFraction(job(['done', 'done', 'done'], 'done'), undefined)).toBe(1);
  });

  it('never goes back while a layer changes from downloading to unpacking', () => {
    const at = (state: Layer['state'], current: number) =>
      stepFraction({ kind: 'layers', layers: [layer(state, current, 100)] }) ?? -1;
    const way = [
      at('waiting', 0),
      at('downloading', 50),
      at('downloading', 100),
      at('extracting', 0),
      at('extracting', 100),
      at('done', 100),
    ];
    expect(way).toEqual([...way].sort((a, b) => a - b));
    expect(way[way.length - 1]).toBe(1);
  });

  it('claims nothing where there is nothing to tell', () => {
    expect(stepFraction(undefined)).toBeNull();
    expect(stepFraction({ kind: 'line', text: 'x' })).toBeNull();
    expect(stepFraction({ kind: 'count', done: 0, total: 0 })).toBeNull();
    expect(stepFraction({ kind: 'layers', layers: [] })).toBeNull();
    expect(layerBytes({ kind: 'layers', layers: [layer('waiting', 0, 0)] })).toBeNull();
  });

  it('adds bytes up', () => {
    const layers = [layer('done', 0, 10), layer('downloading', 5, 20), layer('waiting', 0, 30)];
    expect(layerBytes({ kind: 'layers', layers })).toEqual({ current: 15, total: 60 });
  });

  it('finds the step that matters', () => {
    expect(currentStep(job(['done', 'running', 'waiting']))).toBe(1);
    expect(currentStep(job(['done', 'done']))).toBe(1);
    expect(isOver(job([], 'undoing'))).toBe(false);
    expect(isOver(job([], 'cancelled'))).toBe(true);
  });
});
