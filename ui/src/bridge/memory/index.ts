/**
 * The bridge's twin in memory: a whole pretended machine, for tests and for looking at the screens in a
 * browser. The address says how it is: `?engine=stopped&vault=missing&entries=25000&installed=1`.
 */
import type { Step } from '../types';
import { goodMachine, type Machine } from './facts';
import { MemoryBridge } from './machine';

export { type MemoryOptions, MemoryBridge } from './machine';

export function memoryBridge(params: URLSearchParams): MemoryBridge {
  const pick = <Value extends string>(name: string, fallback: Value): Value =>
    (params.get(name) as Value | null) ?? fallback;
  const machine: Machine = {
    ...goodMachine,
    engine: pick('engine', goodMachine.engine),
    vault: pick('vault', goodMachine.vault),
    claude: pick('claude', goodMachine.claude),
  };
  const fail = params.get('fail');
  return new MemoryBridge({
    machine,
    generated: Number(params.get('entries') ?? 0),
    installed: params.has('installed'),
    empty: params.has('empty'),
    answers: params.has('silent') ? 'never' : params.has('broken') ? 'fail' : 'at once',
    stepMs: Number(params.get('step') ?? 1200),
    ...(fail ? { fail: fail as Step['step'] } : {}),
  });
}
