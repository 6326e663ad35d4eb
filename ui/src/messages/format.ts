/**
 * Texts with parameters and plurals, checked by the type system: `'{count} of {total}'` asks for
 * `count` and `total`, a plural for `count`.
 */

/** A text with a form for one and a form for any other number; the number is the parameter `count`. */
export interface Plural {
  readonly one: string;
  readonly other: string;
}

export type Message = string | Plural;

/** The names between braces in a text. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The parameters that a message asks for. */
export type ParamNames<M extends Message> = M extends string
  ? Names<M>
  : M extends Plural
    ? 'count' | Names<M['one']> | Names<M['other']>
    : never;

export type Value<Name> = Name extends 'count' ? number : string | number;

export type Params<M extends Message> = { [Name in ParamNames<M>]: Value<Name> };

/** The rest arguments of a call: nothing for a text without parameters. */
export type Arguments<M extends Message> = [ParamNames<M>] extends [never] ? [] : [params: Params<M>];

const plurals = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** Fills in a message. Numbers get grouping; a parameter that is not there stays visible as its name. */
export function fill(message: Message, params: Readonly<Record<string, string | number>> = {}): string {
  const text =
    typeof message === 'string'
      ? message
      : plurals.select(Number(params['count'])) === 'one'
        ? message.one
        : message.other;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}
