import type { Bridge, CallArguments, CommandName, Commands, Response } from '../types';
import { catalog } from './commands/catalog';
import { computer } from './commands/computer';
import type { Handlers } from './commands/handlers';
import { plans } from './commands/plans';
import { servers } from './commands/servers';
import { installSome } from './some';
import { fail, type MemoryOptions, World } from './world';

export type { MemoryOptions } from './world';

/** The bridge to a machine that is made up: it answers as Rust does, and touches nothing. */
export class MemoryBridge extends World implements Bridge {
  readonly #handlers: Handlers = {
    ...catalog(this),
    ...plans(this),
    ...servers(this),
    ...computer(this),
  };

  constructor(options: Partial<MemoryOptions> = {}) {
    super(options);
    if (this.options.installed) installSome(this);
  }

  async call<Name extends CommandName>(name: Name, ...args: CallArguments<Name>): Promise<Response<Name>> {
    const request = (args[0] ?? null) as Commands[Name]['request'];
    this.calls.push({ name, request: structuredClone(request) });
    if (this.options.answers === 'never') return new Promise(() => undefined);
    // The real bridge never answers in the same turn.
    await Promise.resolve();
    if (this.options.answers === 'fail')
      fail({ code: 'store_failed', operation: 'read', causes: ['disk I/O error'] });
    return structuredClone(await this.#handlers[name](request));
  }
}
