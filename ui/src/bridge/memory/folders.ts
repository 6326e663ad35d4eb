import type { Choices, Entry, Variant } from '../types';

/** The source folder that a Python variant is installed from, in place. */
export function inPlace(run: Variant['run'], choices: Choices): string | null {
  if (run.type !== 'python' || run.source === null) return null;
  const chosen = choices.inputs[run.source];
  return chosen?.type === 'paths' ? (chosen.value[0]?.path ?? null) : null;
}

/** The source folder that a Node variant is built from, as a copy. */
export function copiedFrom(run: Variant['run'], choices: Choices): string | null {
  if (run.type !== 'node' || run.source === null) return null;
  const chosen = choices.inputs[run.source];
  return chosen?.type === 'paths' ? (chosen.value[0]?.path ?? null) : null;
}

export function requirementOf(run: Extract<Variant['run'], { type: 'python' }>, choices: Choices): string {
  const folder = inPlace(run, choices);
  return folder === null ? `${run.package}==${run.version ?? ''}` : `-e ${folder}`;
}

/** The environments that this machine's source folders have already. */
export function environmentsOf(entry: Entry, choices: Choices): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { id, run } of entry.variants) {
    const folder = inPlace(run, choices);
    if (run.type === 'python' && folder !== null) found[id] = `${folder}/.venv/bin/${run.script}`;
  }
  return found;
}
