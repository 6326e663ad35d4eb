import type { CommandName, Commands } from '../../types';

/** What answers each command. */
export type Handlers = {
  [Name in CommandName]: (
    request: Commands[Name]['request'],
  ) => Commands[Name]['response'] | Promise<Commands[Name]['response']>;
};
