/**
 * Markdown of the catalog as a tree of the few things that are shown. It never becomes HTML: what is
 * not in this list (HTML, images, scripts, odd addresses) is shown as its own text or not at all.
 */
import { type Token, type Tokens, marked } from 'marked';

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong'; children: Inline[] }
  | { kind: 'emphasis'; children: Inline[] }
  | { kind: 'strike'; children: Inline[] }
  | { kind: 'link'; url: string; children: Inline[] }
  | { kind: 'break' };

export type Block =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'heading'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; ordered: boolean; start: number; items: Block[][] }
  | { kind: 'quote'; children: Block[] }
  | { kind: 'table'; header: Inline[][]; rows: Inline[][][] }
  | { kind: 'rule' };

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: '\u00a0',
};

function unescape(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

/** An address that may be opened, or `null`. */
export function webAddress(text: string): string | null {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

function inline(tokens: readonly Token[] | undefined): Inline[] {
  return (tokens ?? []).flatMap((token): Inline[] => {
    switch (token.type) {
      case 'strong':
        return [{ kind: 'strong', children: inline(token.tokens) }];
      case 'em':
        return [{ kind: 'emphasis', children: inline(token.tokens) }];
      case 'del':
        return [{ kind: 'strike', children: inline(token.tokens) }];
      case 'codespan':
        return [{ kind: 'code', text: unescape((token as Tokens.Codespan).text) }];
      case 'br':
        return [{ kind: 'break' }];
      case 'link': {
        const link = token as Tokens.Link;
        const url = webAddress(link.href);
        return url ? [{ kind: 'link', url, children: inline(link.tokens) }] : inline(link.tokens);
      }
      case 'image':
        return [{ kind: 'text', text: unescape((token as Tokens.Image).text) }];
      case 'text':
        return token.tokens
          ? inline(token.tokens)
          : [{ kind: 'text', text: unescape((token as Tokens.Text).text) }];
      case 'escape':
        return [{ kind: 'text', text: unescape((token as Tokens.Escape).text) }];
      default:
        return [{ kind: 'text', text: token.raw }];
    }
  });
}

function blocks(tokens: readonly Token[]): Block[] {
  return tokens.flatMap((token): Block[] => {
    switch (token.type) {
      case 'paragraph':
      case 'text':
        return [{ kind: 'paragraph', children: inline(token.tokens ?? [token]) }];
      case 'heading':
        return [{ kind: 'heading', children: inline(token.tokens) }];
      case 'code':
        return [{ kind: 'code', text: (token as Tokens.Code).text }];
      case 'blockquote':
        return [{ kind: 'quote', children: blocks(token.tokens ?? []) }];
      case 'hr':
        return [{ kind: 'rule' }];
      case 'list': {
        const list = token as Tokens.List;
        return [
          {
            kind: 'list',
            ordered: list.ordered,
            start: typeof list.start === 'number' ? list.start : 1,
            items: list.items.map((item) => blocks(item.tokens)),
          },
        ];
      }
      case 'table': {
        const table = token as Tokens.Table;
        return [
          {
            kind: 'table',
            header: table.header.map((cell) => inline(cell.tokens)),
            rows: table.rows.map((row) => row.map((cell) => inline(cell.tokens))),
          },
        ];
      }
      case 'space':
      case 'def':
      case 'checkbox':
        return [];
      default:
        return [{ kind: 'paragraph', children: [{ kind: 'text', text: token.raw.trim() }] }];
    }
  });
}

/** Reads Markdown. Never throws: what cannot be read is one paragraph of text. */
export function parseMarkdown(source: string): Block[] {
  try {
    return blocks(marked.lexer(source, { gfm: true }));
  } catch {
    return [{ kind: 'paragraph', children: [{ kind: 'text', text: source }] }];
  }
}
