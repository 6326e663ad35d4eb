import { describe, expect, it } from 'vitest';

import type { InputKind, InputSpec } from '@/bridge';

import { type Draft, extracted, firstDraft, linkOf, nameFits, problemOf, valueOf } from './inputs';

const spec = (kind: InputKind, required = false): InputSpec => ({
  key: 'x',
  title: 'X',
  help: '',
  link: null,
  required,
  placeholder: null,
  from_env: [],
  variants: [],
  when: null,
  kind,
});
const draft = (change: Partial<Draft>): Draft => ({ text: '', on: false, paths: [], ...change });
const text = (more: Partial<Extract<InputKind, { type: 'text' }>> = {}): InputKind => ({
  type: 'text',
  default: null,
  pattern: null,
  pattern_help: null,
  min_length: null,
  max_length: null,
  extract: null,
  ...more,
});
const number = (more: Partial<Extract<InputKind, { type: 'number' }>> = {}): InputKind => ({
  type: 'number',
  default: null,
  min: null,
  max: null,
  integer: false,
  ...more,
});
const secret = (more: Partial<Extract<InputKind, { type: 'secret' }>> = {}): InputKind => ({
  type: 'secret',
  min_length: null,
  pattern: null,
  pattern_help: null,
  generate: null,
  ...more,
});
const url = (schemes: string[] = []): InputKind => ({ type: 'url', default: null, schemes });
const choice: InputKind = {
  type: 'choice',
  default: 'a',
  options: [
    { value: 'a', title: 'A' },
    { value: 'b', title: 'B' },
  ],
};
const source: InputKind = { type: 'source', marker: { file: 'pyproject.toml', name: 'notes-mcp' } };
const folder: InputKind = { type: 'folder', multiple: true, access: 'read_only' };

describe('what is wrong with a value', () => {
  it.each<[string, InputKind, Partial<Draft>, string | null]>([
    ['a text', text(), { text: 'hello' }, null],
    ['a short text', text({ min_length: 5 }), { text: 'héé' }, 'too_short'],
    ['a long text', text({ max_length: 3 }), { text: 'hello' }, 'too_long'],
    ['a very long text', text(), { text: 'x'.repeat(4097) }, 'too_long'],
    ['characters, not code units', text({ max_length: 2 }), { text: '𝒳𝒴' }, null],
    ['white space around it', text({ max_length: 2 }), { text: '  ab  ' }, null],
    ['a line break inside', text(), { text: 'a\nb' }, 'forbidden'],
    ['the whole pattern', text({ pattern: 'a+' }), { text: 'aab' }, 'pattern'],
    ['a pattern with choices', text({ pattern: 'a|b' }), { text: 'b' }, null],
    ['a pattern only the core reads', text({ pattern: '(?x) a' }), { text: 'zzz' }, null],
    ['a number', number(), { text: ' 4.5 ' }, null],
    ['no number', number(), { text: '4,5' }, 'wrong_type'],
    ['infinity', number(), { text: 'Infinity' }, 'wrong_type'],
    ['a fraction', number({ integer: true }), { text: '4.5' }, 'not_whole'],
    ['a small number', number({ min: 1 }), { text: '0' }, 'too_small'],
    ['a large number', number({ max: 10 }), { text: '11' }, 'too_large'],
    ['an option', choice, { text: 'b' }, null],
    ['no option', choice, { text: 'c' }, 'not_an_option'],
    ['an address', url(), { text: 'https://example.org/x' }, null],
    ['no address', url(), { text: 'example.org' }, 'not_a_url'],
    ['another scheme', url(), { text: 'ftp://example.org' }, 'scheme'],
    ['an allowed scheme', url(['postgres']), { text: 'postgres://db/x' }, null],
    ['a password in an address', url(), { text: 'https://a:b@example.org' }, 'password_in_url'],
    ['a folder', folder, { paths: [{ path: '/home/sam', access: 'read_only' }] }, null],
    ['a folder of Windows', folder, { paths: [{ path: 'C:\\Users\\sam', access: 'read_only' }] }, null],
    ['a relative folder', folder, { paths: [{ path: 'src', access: 'read_only' }] }, 'not_absolute'],
    ['a source folder', source, { paths: [{ path: '/home/sam/notes', access: 'read_only' }] }, null],
    ['a relative source', source, { paths: [{ path: 'notes', access: 'read_only' }] }, 'not_absolute'],
    ['a short secret', secret({ min_length: 20 }), { text: 'abc' }, 'too_short'],
    ['a secret with a line break', secret(), { text: '-----BEGIN\nKEY' }, null],
    ['a secret with a NUL', secret(), { text: 'a\u0000' }, 'forbidden'],
    ['a long secret', secret(), { text: 'x'.repeat(9000) }, null],
  ])('%s', (_name, kind, change, problem) => {
    expect(problemOf(spec(kind), draft(change))?.problem ?? null).toBe(problem);
  });

  it.each([text(), number(), choice, url(), folder, source, secret()])(
    'asks for $type only where it is needed',
    (kind) => {
      expect(problemOf(spec(kind, true), draft({}))).toEqual({ problem: 'empty' });
      expect(problemOf(spec(kind, false), draft({}))).toBeNull();
    },
  );

  it('lets a kept secret stay empty', () => {
    expect(problemOf(spec(secret(), true), draft({}), true)).toBeNull();
    expect(problemOf(spec(secret({ min_length: 5 }), true), draft({ text: 'abc' }), true)).not.toBeNull();
    const made = secret({ min_length: 5, generate: { length: 32, prefix: '' } });
    expect(problemOf(spec(made, true), draft({}))).toBeNull();
    expect(problemOf(spec(made, true), draft({ text: 'abc' }))).not.toBeNull();
  });
});

describe('values', () => {
  it('leave secrets and empty fields out', () => {
    expect(valueOf(spec(secret()), draft({ text: 'token' }))).toBeNull();
    expect(valueOf(spec(text()), draft({ text: '   ' }))).toBeNull();
    expect(valueOf(spec(folder), draft({}))).toBeNull();
  });

  it('have the input’s own type', () => {
    expect(valueOf(spec(text()), draft({ text: ' a ' }))).toEqual({ type: 'text', value: 'a' });
    expect(valueOf(spec(number()), draft({ text: '30' }))).toEqual({ type: 'number', value: 30 });
    expect(valueOf(spec({ type: 'boolean', default: true }), draft({ on: false }))).toEqual({
      type: 'boolean',
      value: false,
    });
  });

  it('start with the default, or with what an installation has', () => {
    expect(firstDraft(spec(choice)).text).toBe('a');
    expect(firstDraft(spec(number({ default: 30 }))).text).toBe('30');
    expect(firstDraft(spec({ type: 'boolean', default: true })).on).toBe(true);
    expect(firstDraft(spec(choice), { type: 'text', value: 'b' }).text).toBe('b');
    const grants = [{ path: '/x', access: 'read_write' as const }];
    expect(firstDraft(spec(folder), { type: 'paths', value: grants }).paths).toEqual(grants);
  });
});

describe('names', () => {
  it.each(['time', 'my-time_2', 'A', 'x'.repeat(64)])('%s fits', (name) => expect(nameFits(name)).toBe(true));
  it.each(['', '-time', 'my time', 'a.b', 'workspace', 'computer-use', 'x'.repeat(65), 'é'])(
    '%s does not',
    (name) => expect(nameFits(name)).toBe(false),
  );
});

describe('what is pasted', () => {
  const company = spec(
    text({
      extract: '(?:https?://)?([^/.]+)\\.example\\.com(?:/.*)?',
      pattern: '[a-z]+',
      pattern_help: 'the name alone',
    }),
  );

  it('gives the part that is asked for', () => {
    for (const pasted of ['acme', 'acme.example.com', ' https://acme.example.com/boards?x=1 '])
      expect(extracted(company, pasted).trim()).toBe('acme');
    expect(problemOf(company, draft({ text: 'https://acme.example.com/' }))).toBeNull();
    expect(problemOf(company, draft({ text: 'https://acme.example.org/' }))?.problem).toBe('pattern');
  });

  it('is left alone where there is nothing to take, or the pattern is not for this engine', () => {
    expect(extracted(spec(text()), 'a.example.com')).toBe('a.example.com');
    expect(extracted(spec(text({ extract: '(?x) ( a' })), 'a')).toBe('a');
  });
});

describe('a link', () => {
  const linked = (link: string | null) => ({ ...spec(secret()), link });

  it('is there once its values are, and leads nowhere else', () => {
    const link = linked('https://{{company}}.example.com/keys');
    expect(linkOf(link, () => '')).toBeNull();
    expect(linkOf(link, () => ' acme ')).toBe('https://acme.example.com/keys');
    expect(linkOf(link, () => 'evil.org/')).toBe('https://evil.org%2F.example.com/keys');
  });

  it('can be plain or missing', () => {
    expect(linkOf(linked('https://example.com'), () => '')).toBe('https://example.com');
    expect(linkOf(linked(null), () => '')).toBeNull();
  });
});
