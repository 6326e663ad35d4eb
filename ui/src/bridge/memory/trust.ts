import type { Choices, Plan, Variant, Warning } from '../types';

type Entrusted = NonNullable<Plan['trust']>[number];

/** The engine's socket, where what was chosen mounts it. */
function sockets(run: Variant['run'], { inputs }: Choices): Entrusted[] {
  const mounts = 'mounts' in run ? run.mounts : [];
  return mounts
    .filter(({ source }) => source.from === 'engine_socket')
    .filter(({ when }) => {
      const value = when ? inputs[when.input] : undefined;
      return !when || (value?.type === 'boolean' && when.is.includes(value.value ? 'yes' : 'no'));
    })
    .map(() => ({ what: 'engine_socket', service: null, socket: '/var/run/docker.sock' }));
}

/** Files and folders that are more than work, of the few that the pretended computer has. */
function files({ inputs }: Choices): Entrusted[] {
  return Object.values(inputs)
    .flatMap((value) => (value?.type === 'paths' ? value.value : []))
    .filter(({ path }) => /^\/$|^\/home\/sam(\/\.(ssh|kube)(\/.*)?)?$/.test(path))
    .map(({ path, access }) => ({ what: 'files', path, writable: access === 'read_write' }));
}

/** What a click is not enough for. */
export const trustOf = (run: Variant['run'], choices: Choices): Entrusted[] => [
  ...sockets(run, choices),
  ...files(choices),
];

/** What that means. */
export const trustWarnings = (run: Variant['run'], choices: Choices): Warning[] =>
  trustOf(run, choices).map((given) =>
    given.what === 'files'
      ? { warning: 'gives_away', path: given.path, writable: given.writable }
      : { warning: 'controls_computer', service: given.service, root: true },
  );
