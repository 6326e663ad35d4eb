import { describe, expect, it } from 'vitest';

import { parseMarkdown, webAddress } from './markdown';

const links = (source: string) => JSON.stringify(parseMarkdown(source));

describe('Markdown of the catalog', () => {
  it('keeps paragraphs, emphasis, code, lists and links', () => {
    expect(parseMarkdown('Tells the **time** in `Europe/Paris`.\n\n- one\n- two')).toEqual([
      {
        kind: 'paragraph',
        children: [
          { kind: 'text', text: 'Tells the ' },
          { kind: 'strong', children: [{ kind: 'text', text: 'time' }] },
          { kind: 'text', text: ' in ' },
          { kind: 'code', text: 'Europe/Paris' },
          { kind: 'text', text: '.' },
        ],
      },
      {
        kind: 'list',
        ordered: false,
        start: 1,
        items: [
          [{ kind: 'paragraph', children: [{ kind: 'text', text: 'one' }] }],
          [{ kind: 'paragraph', children: [{ kind: 'text', text: 'two' }] }],
        ],
      },
    ]);
    expect(links('[docs](https://example.org/a)')).toContain('"url":"https://example.org/a"');
  });

  it('reads tables', () => {
    const [table] = parseMarkdown('| a | b |\n|---|---|\n| 1 | **2** |');
    expect(table).toMatchObject({ kind: 'table', rows: [[[{ text: '1' }], [{ kind: 'strong' }]]] });
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '<javascript:alert(1)>',
  ])('makes no link of %s', (source) => expect(links(source)).not.toContain('"kind":"link"'));

  it('shows HTML as text and loads no picture', () => {
    const tree = parseMarkdown(
      '<img src=x onerror=alert(1)>\n\na <b>c</b> ![alt](https://example.org/x.png)',
    );
    const kinds = JSON.stringify(tree).match(/"kind":"\w+"/g);
    expect(new Set(kinds)).toEqual(new Set(['"kind":"paragraph"', '"kind":"text"']));
    expect(JSON.stringify(tree)).not.toContain('x.png');
  });

  it('shows an ampersand once', () => {
    expect(parseMarkdown('R&D, `a && b`, x \\< y')[0]).toEqual({
      kind: 'paragraph',
      children: [
        { kind: 'text', text: 'R&D, ' },
        { kind: 'code', text: 'a && b' },
        { kind: 'text', text: ', x ' },
        { kind: 'text', text: '<' },
        { kind: 'text', text: ' y' },
      ],
    });
  });
});

describe('web addresses', () => {
  it('are http and https only', () => {
    expect(webAddress('https://example.org')).toBe('https://example.org/');
    expect(webAddress('ftp://example.org')).toBeNull();
    expect(webAddress('example.org')).toBeNull();
  });
});
