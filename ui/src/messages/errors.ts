/** Error codes to texts: the only place, and complete by type (a new code in Rust fails to compile here). */
import type { BerthError, Client, InputProblem, Scope } from '@/bridge/types';

import { errors, problems } from './en/errors';
import { fill, type Message, type ParamNames } from './format';
import { t } from './index';

type ErrorCode = BerthError['code'];
type ErrorOf<Code extends ErrorCode> = Extract<BerthError, { code: Code }>;
type ProblemName = InputProblem['problem'];
type ProblemOf<Name extends ProblemName> = Extract<InputProblem, { problem: Name }>;

interface ErrorText {
  readonly message: string;
  readonly hint: string | null;
  readonly bare?: string;
}

type TextOf<Text extends ErrorText> =
  | Text['message']
  | (Text['hint'] extends string ? Text['hint'] : never)
  | (Text extends { bare: infer Bare extends string } ? Bare : never);

/** `true`, or the name of the placeholder that a code has no parameter for. */
type Unfilled<Names, Known> = [Exclude<Names, Known>] extends [never] ? true : Exclude<Names, Known>;

const _everyCode: Readonly<Record<ErrorCode, ErrorText>> & typeof errors = errors;
const _everyParameter: {
  [Code in ErrorCode]: Unfilled<ParamNames<TextOf<(typeof errors)[Code]>>, keyof ErrorOf<Code>>;
}[ErrorCode] = true;
const _everyProblem: Readonly<Record<ProblemName, Message>> & typeof problems = problems;
const _everyProblemParameter: {
  [Name in ProblemName]: Unfilled<ParamNames<(typeof problems)[Name]>, keyof ProblemOf<Name> | 'count'>;
}[ProblemName] = true;
void [_everyCode, _everyParameter, _everyProblem, _everyProblemParameter];

/** What is wrong with a value, in one sentence. */
export function problemText(problem: InputProblem): string {
  const text: Message = problems[problem.problem];
  switch (problem.problem) {
    case 'too_short':
      return fill(text, { count: problem.min });
    case 'too_long':
      return fill(text, { count: problem.max });
    case 'not_an_option':
      return fill(text, { options: problem.options.join(', ') });
    case 'scheme':
      return fill(text, { allowed: problem.allowed.map((scheme) => `${scheme}//`).join(', ') });
    case 'not_a_source': {
      const { file, name, found } = problem;
      if (name === null) return fill(text, { file });
      return found === null
        ? t('field.source.none', { file, name })
        : t('field.source.other', { file, name, found });
    }
    case 'pattern':
      return problem.help || t('field.pattern');
    default:
      return fill(text, strings(problem));
  }
}

export function clientName(client: Client): string {
  return t(`client.${client}`);
}

export function scopeName(scope: Scope): string {
  return t(`scope.${scope}`);
}

/** What happened, in one sentence. */
export function errorMessage(error: BerthError): string {
  const text: ErrorText = errors[error.code];
  if (error.code === 'input_invalid')
    return fill(text.message, { input: error.input, problem: problemText(error.problem) });
  if (error.code === 'already_registered' || error.code === 'not_registered')
    return fill(text.message, {
      name: error.name,
      client: clientName(error.client),
      scope: error.client === 'claude_desktop' ? t('scope.desktop.name') : scopeName(error.scope),
    });
  if (error.code === 'address_unfit') return fill(text.message, { problem: t(`address.${error.problem}`) });
  const bare = 'exit' in error && error.exit === null ? text.bare : undefined;
  return fill(bare ?? text.message, strings(error));
}

/** What to do about it; `null` where there is nothing to do. */
export function errorHint(error: BerthError): string | null {
  const hint: string | null = errors[error.code].hint;
  return hint === null ? null : fill(hint, strings(error));
}

/** The parameters that can stand in a sentence as they are. */
function strings(value: object): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string | number] =>
        typeof entry[1] === 'string' || typeof entry[1] === 'number',
    ),
  );
}
