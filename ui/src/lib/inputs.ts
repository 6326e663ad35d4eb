/**
 * Values of inputs while they are typed, and what is wrong with them. The rules are the core's
 * (berth-core, `InputProblem`), so that a field says at once what the plan would say later; what only
 * the core can know (whether a path is there, whether it gives away too much) comes with the preview.
 */
import type { InputProblem, InputSpec, InputValue, PathGrant } from '@/bridge';

/** What a field holds while it is edited. */
export interface Draft {
  /** Text, number, choice, address or secret, as typed. */
  text: string;
  on: boolean;
  paths: PathGrant[];
}

/** The draft that a field starts with: its default, or the value that an installation has. */
export function firstDraft(spec: InputSpec, value?: InputValue): Draft {
  const draft: Draft = { text: '', on: false, paths: [] };
  const { kind } = spec;
  if (kind.type === 'boolean') draft.on = kind.default;
  else if (kind.type === 'number') draft.text = kind.default === null ? '' : String(kind.default);
  else if ('default' in kind) draft.text = kind.default ?? '';
  if (!value) return draft;
  switch (value.type) {
    case 'text':
      return { ...draft, text: value.value };
    case 'number':
      return { ...draft, text: String(value.value) };
    case 'boolean':
      return { ...draft, on: value.value };
    case 'paths':
      return { ...draft, paths: value.value.map((grant) => ({ ...grant })) };
  }
}

/** Most characters of a text whose entry says nothing else. */
const TEXT_LIMIT = 4096;
// Line breaks, NUL and the like: no value of a field has them.
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u001f\u007f]/;
// Keys in PEM form have line breaks; nothing has a NUL.
// eslint-disable-next-line no-control-regex
const FORBIDDEN_IN_SECRET = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/;

/** Whether a path is whole: from the root on, of this system or of Windows. */
export function isAbsolute(path: string): boolean {
  return ABSOLUTE.test(path);
}

/** What is wrong with a draft; `null` where nothing is, or nothing that can be seen from here. */
export function problemOf(spec: InputSpec, draft: Draft, kept = false): InputProblem | null {
  const { kind } = spec;
  switch (kind.type) {
    case 'boolean':
      return null;
    case 'file':
    case 'folder':
    case 'source': {
      if (draft.paths.length === 0) return spec.required ? { problem: 'empty' } : null;
      return draft.paths.every((grant) => isAbsolute(grant.path)) ? null : { problem: 'not_absolute' };
    }
    case 'secret': {
      if (draft.text === '') return spec.required && !kept && !kind.generate ? { problem: 'empty' } : null;
      if (FORBIDDEN_IN_SECRET.test(draft.text)) return { problem: 'forbidden' };
      return textProblem(draft.text, { ...kind, max_length: Infinity });
    }
    default:
      break;
  }
  const text = draft.text.trim();
  if (text === '') return spec.required ? { problem: 'empty' } : null;
  switch (kind.type) {
    case 'text':
      return FORBIDDEN.test(text) ? { problem: 'forbidden' } : textProblem(extracted(spec, text), kind);
    case 'number': {
      const number = Number(text);
      if (!Number.isFinite(number)) return { problem: 'wrong_type' };
      if (kind.integer && !Number.isInteger(number)) return { problem: 'not_whole' };
      if (kind.min !== null && number < kind.min) return { problem: 'too_small', min: kind.min };
      if (kind.max !== null && number > kind.max) return { problem: 'too_large', max: kind.max };
      return null;
    }
    case 'choice':
      return kind.options.some((option) => option.value === text)
        ? null
        : { problem: 'not_an_option', options: kind.options.map((option) => option.title) };
    case 'url':
      return urlProblem(text, kind.schemes);
  }
}

/** What is taken out of a text that was pasted; the text itself where there is nothing to take. */
export function extracted(spec: InputSpec, text: string): string {
  const { kind } = spec;
  if (kind.type !== 'text' || kind.extract === null) return text;
  try {
    return new RegExp(`^(?:${kind.extract})$`, 'u').exec(text.trim())?.[1] ?? text;
  } catch {
    // The core's dialect has more; it extracts all the same.
    return text;
  }
}

/** The link of an input with the values filled in; `null` as long as one of them is missing. */
export function linkOf(spec: InputSpec, value: (key: string) => string): string | null {
  if (spec.link === null) return null;
  let whole = true;
  const link = spec.link.replace(/\{\{([^}]*)\}\}/g, (_, key: string) => {
    const text = value(key.trim()).trim();
    if (text === '') whole = false;
    return encodeURIComponent(text);
  });
  return whole ? link : null;
}

function textProblem(
  text: string,
  rules: {
    min_length: number | null;
    max_length: number | null;
    pattern: string | null;
    pattern_help: string | null;
  },
): InputProblem | null {
  const length = Array.from(text).length;
  if (rules.min_length !== null && length < rules.min_length)
    return { problem: 'too_short', min: rules.min_length };
  const most = rules.max_length ?? TEXT_LIMIT;
  if (length > most) return { problem: 'too_long', max: most };
  if (rules.pattern !== null && !fits(text, rules.pattern))
    return { problem: 'pattern', help: rules.pattern_help ?? rules.pattern };
  return null;
}

/** A pattern that this engine cannot read (the core's dialect has more) is left to the core. */
function fits(text: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text);
  } catch {
    return true;
  }
}

function urlProblem(text: string, schemes: readonly string[]): InputProblem | null {
  if (FORBIDDEN.test(text)) return { problem: 'forbidden' };
  if (!URL.canParse(text)) return { problem: 'not_a_url' };
  const allowed = (schemes.length ? schemes : ['https', 'http']).map((scheme) => `${scheme}:`);
  const url = new URL(text);
  if (!allowed.includes(url.protocol)) return { problem: 'scheme', allowed };
  // A value of an input is written down and shown; a password in it would be, too.
  return url.password ? { problem: 'password_in_url' } : null;
}

/** The value of a draft, or `null` where there is none. Secrets are no values: they go another way. */
export function valueOf(spec: InputSpec, draft: Draft): InputValue | null {
  switch (spec.kind.type) {
    case 'secret':
      return null;
    case 'boolean':
      return { type: 'boolean', value: draft.on };
    case 'file':
    case 'folder':
    case 'source':
      return draft.paths.length ? { type: 'paths', value: draft.paths } : null;
    case 'number': {
      const text = draft.text.trim();
      const number = Number(text);
      return text === '' || !Number.isFinite(number) ? null : { type: 'number', value: number };
    }
    default: {
      const text = draft.text.trim();
      return text === '' ? null : { type: 'text', value: text };
    }
  }
}

const RESERVED = ['workspace', 'claude-in-chrome', 'computer-use'];

/** Whether a name can be an installation's. */
export function nameFits(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(name) && !RESERVED.includes(name);
}
