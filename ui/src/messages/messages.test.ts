import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import type { BerthError } from '@/bridge';

import { en, parts } from './en';
import { errors, problems } from './en/errors';
import { errorHint, errorMessage, problemText } from './errors';
import { fill, type Message } from './format';
import { t } from './index';

const src = path.resolve('src');

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const whole = path.join(folder, entry.name);
    if (entry.isDirectory()) return files(whole);
    return /\.(svelte|ts)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name) ? [whole] : [];
  });
}

const texts = (message: Message) => (typeof message === 'string' ? [message] : [message.one, message.other]);
const all: [string, string][] = [
  ...Object.entries(en).flatMap(([key, message]) =>
    texts(message).map((text): [string, string] => [key, text]),
  ),
  ...Object.entries(errors).flatMap(([code, error]) =>
    [error.message, error.hint, 'bare' in error ? error.bare : null]
      .filter((text) => text !== null)
      .map((text): [string, string] => [`error.${code}`, text]),
  ),
  ...Object.entries(problems).flatMap(([name, message]) =>
    texts(message).map((text): [string, string] => [`problem.${name}`, text]),
  ),
];

describe('the message catalogue', () => {
  it('has every key once', () => {
    const keys = Object.values(parts).flatMap((part) => Object.keys(part));
    expect(keys.length).toBe(new Set(keys).size);
    expect(Object.keys(en).length).toBe(keys.length);
  });

  it.each(all)('%s is calm and whole: %s', (_key, text) => {
    expect(text.trim()).toBe(text);
    expect(text).not.toBe('');
    expect(text).not.toMatch(/[!—]|\.\.\.|\bplease wait\b/i);
  });

  it('has no key that nothing uses', () => {
    const source = files(src)
      .filter((file) => !file.includes(`${path.sep}messages${path.sep}en`))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    // Keys that are put together: t(`scope.${scope}`), t(`job.done.${purpose}`), …
    const built = [...source.matchAll(/`([a-z_.]+)\$\{[^`]*?\}([a-z_.]*)`/g)].map(
      ([, before = '', after = '']) =>
        new RegExp(`^${before.replaceAll('.', '\\.')}[\\w-]+${after.replaceAll('.', '\\.')}$`),
    );
    const unused = Object.keys(en).filter(
      (key) => !source.includes(`'${key}'`) && !built.some((pattern) => pattern.test(key)),
    );
    expect(unused).toEqual([]);
  });

  it('fills in parameters, groups numbers and chooses plurals', () => {
    expect(t('card.tools', { count: 1 })).toBe('1 tool');
    expect(t('card.tools', { count: 0 })).toBe('0 tools');
    expect(t('search.placeholder.count', { count: 25125 })).toBe('Search 25,125 servers');
    expect(t('entry.variant.version', { version: '2026.10.19' })).toBe('Version 2026.10.19');
    expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}');
  });
});

describe('errors', () => {
  it('say what happened and what to do, with their parameters', () => {
    const stopped: BerthError = { code: 'engine_stopped', endpoint: 'unix:///x.sock' };
    expect(errorMessage(stopped)).toBe('The container engine at unix:///x.sock does not answer.');
    expect(errorHint(stopped)).toBe('Start it, then try again.');
  });

  it('leave the exit code out where there is none', () => {
    expect(errorMessage({ code: 'server_exited', exit: 3 })).toContain('(exit code 3)');
    expect(errorMessage({ code: 'server_exited', exit: null })).toBe(
      'The server stopped before it answered.',
    );
  });

  it('put what is wrong with an input into a sentence', () => {
    expect(
      errorMessage({ code: 'input_invalid', input: 'token', problem: { problem: 'too_short', min: 20 } }),
    ).toBe('“token”: At least 20 characters are needed.');
    expect(problemText({ problem: 'scheme', allowed: ['https:', 'http:'] })).toBe(
      'The address must begin with https://, http://.',
    );
    expect(problemText({ problem: 'pattern', help: 'It begins with ghp_.' })).toBe('It begins with ghp_.');
    const source = {
      problem: 'not_a_source',
      file: 'pyproject.toml',
      name: 'box-mcp',
      found: 'box',
    } as const;
    expect(problemText(source)).toBe('The pyproject.toml in this folder is of box, not of box-mcp.');
    expect(problemText({ ...source, found: null })).toBe(
      'There is no pyproject.toml of box-mcp in this folder.',
    );
    expect(problemText({ ...source, name: null, found: null })).toBe(
      'There is no pyproject.toml in this folder.',
    );
    expect(
      errorMessage({ code: 'already_registered', name: 'time', client: 'claude_code', scope: 'local' }),
    ).toContain('One project, me');
  });

  it.each(Object.keys(errors) as BerthError['code'][])('%s leaves no placeholder behind', (code) => {
    const params = {
      name: 'a',
      job: 'a',
      entry: 'a',
      variant: 'a',
      note: 'a',
      input: 'a',
      path: 'a',
      endpoint: 'a',
    };
    const more = {
      version: 'a',
      needed: 'a',
      operation: 'a',
      reference: 'a',
      expected: 'a',
      found: 1,
      port: 1,
      seconds: 1,
    };
    const acted = { action: 'a', command: 'a' };
    const built = { step: 'a', target: 'a', dockerfile: 'a', project: 'a' };
    const rest = {
      address: 'a',
      status: 1,
      limit: 1,
      exit: 1,
      package: 'a',
      title: 'a',
      tool: 'a',
      service: 'a',
      program: 'a',
      what: 'a',
      file: 'a',
      log: 'a',
      known: 1,
    };
    const error = {
      code,
      ...params,
      ...acted,
      ...more,
      ...built,
      ...rest,
      client: 'claude_code',
      scope: 'user',
      problem: code === 'input_invalid' ? { problem: 'empty' } : code === 'address_unfit' ? 'client' : 'a',
    } as unknown as BerthError;
    expect(`${errorMessage(error)} ${errorHint(error) ?? ''}`).not.toMatch(/[{}]/);
  });
});
