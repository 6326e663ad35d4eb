import type { Entry, InputSpec, Variant } from '@/bridge';

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
      return run.services;
    case 'build':
    case 'dev':
      return [run.image];
    case 'kubernetes':
      return [];
  }
}

/** The inputs that a variant asks for. */
export function inputsOf(entry: Entry, variant: string): InputSpec[] {
  return entry.inputs.filter((input) => input.variants.length === 0 || input.variants.includes(variant));
}
