/** What crosses between the window and Rust. The types themselves are generated. */
import type { AppEvent, BerthError, Commands } from './generated/types';

export type * from './generated/types';

export type CommandName = keyof Commands;
export type Request<Name extends CommandName> = Commands[Name]['request'];
export type Response<Name extends CommandName> = Commands[Name]['response'];

/** The request of a command; nothing for one that takes none. */
export type CallArguments<Name extends CommandName> =
  Request<Name> extends null ? [] : [request: Request<Name>];

/** The window's only way out. Every rejection of a call is a {@link CallFailed}. */
export interface Bridge {
  call<Name extends CommandName>(name: Name, ...args: CallArguments<Name>): Promise<Response<Name>>;
  /** One stream of everything that changes; resolves once it stands. */
  subscribe(listener: (event: AppEvent) => void): Promise<() => void>;
}

/** A command that failed, with the closed error that the messages know. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';

  constructor(readonly error: BerthError) {
    super(error.code);
  }
}

/** The closed error of anything that was thrown. */
export function asBerthError(thrown: unknown): BerthError {
  if (thrown instanceof CallFailed) return thrown.error;
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string')
    return thrown as BerthError;
  return { code: 'internal', what: 'the window', causes: [String(thrown)] };
}
