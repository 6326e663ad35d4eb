/** Every text of the window comes through here: `t('catalog.count', { count: 3 })`. */
import { en } from './en';
import { type Arguments, fill } from './format';

export type Messages = typeof en;
export type MessageKey = keyof Messages;

/** The keys whose messages take no parameters: what a table of labels may hold. */
export type PlainKey = {
  [Key in MessageKey]: Arguments<Messages[Key]> extends [] ? Key : never;
}[MessageKey];

/** The text of a key. */
export function t<Key extends MessageKey>(key: Key, ...args: Arguments<Messages[Key]>): string {
  return fill(en[key], args[0]);
}
