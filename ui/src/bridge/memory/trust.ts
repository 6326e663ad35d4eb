import type { Choices, Plan, Variant, Warning } from '../types';

/** The engine's socket, where what was chosen mounts it. */
export function trustOf(run: Variant['run'], { inputs }: Choices): Plan['trust'] {
  const mounts = 'mounts' in run ? run.mounts : [];
  return mounts
    .filter(({ source }) => source.from === 'engine_socket')
    .filter(({ when }) => {
      const value = when ? inputs[when.input] : undefined;
      return !when || (value?.type === 'boolean' && when.is.includes(value.value ? 'yes' : 'no'));
    })
    .map(() => ({ what: 'engine_socket', service: null, socket: '/var/run/docker.sock' }));
}

/** What that means. */
export const trustWarnings = (run: Variant['run'], choices: Choices): Warning[] =>
  (trustOf(run, choices) ?? []).map(({ service }) => ({
    warning: 'controls_computer',
    service,
    root: true,
  }));
