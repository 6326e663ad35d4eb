import type { ContainerSpec, Entry, InputSpec, InputValue, Variant, When } from '@/bridge';

/** What a variant pins, exactly, one per line. */
export function pinsOf(variant: Variant): string[] {
  const { run } = variant;
  switch (run.type) {
    case 'python':
      return [run.version === null ? run.package : `${run.package}==${run.version}`, ...run.pins];
    case 'node':
      return [`${run.package}@${run.version}`];
    case 'image':
      return [run.digest ? `${run.image}@${run.digest}` : run.image];
    case 'remote':
      return [run.url];
    case 'stack':
      return [run.server, ...run.services.map((service) => service.run)].map((container) =>
        container.digest ? `${container.image}@${container.digest}` : container.image,
      );
    case 'build':
    case 'dev':
      return [run.image];
    case 'kubernetes':
      return [];
  }
}

/** The containers that a variant is made of: the one that clients talk to first, then its services. */
export function containersOf(run: Variant['run']): { name: string | null; container: ContainerSpec }[] {
  switch (run.type) {
    case 'image':
    case 'build':
    case 'dev':
      return [{ name: null, container: run }];
    case 'stack':
      return [
        { name: null, container: run.server },
        ...run.services.map((service) => ({ name: service.name, container: service.run })),
      ];
    default:
      return [];
  }
}

/** Whether a server that runs so has an address that lasts: one that a client can be given. */
export function staysReachable(run: Variant['run']): boolean {
  return run.type === 'remote' || (run.type === 'stack' && run.long_lived);
}

/** The inputs that a variant asks for. */
export function inputsOf(entry: Entry, variant: string): InputSpec[] {
  return entry.inputs.filter((input) => input.variants.length === 0 || input.variants.includes(variant));
}

/** Whether an input is asked for, by the values that those before it have. */
export function isAsked(spec: InputSpec, values: Readonly<Record<string, InputValue>>): boolean {
  return !spec.when || isMet(spec.when, values);
}

/** Whether the other input has one of the values that are asked for. */
export function isMet(when: When, values: Readonly<Record<string, InputValue | undefined>>): boolean {
  const value = values[when.input];
  if (!value || value.type === 'paths') return false;
  const plain = value.type === 'boolean' ? (value.value ? 'yes' : 'no') : String(value.value);
  return when.is.length === 0 || when.is.includes(plain);
}
