import path from 'node:path';

/**
 * Which room of src may use which: keeps the bridge the only door to Tauri, the features apart, and
 * third-party widgets behind our own components.
 */
const SRC = /^(.*[\\/]src)[\\/]/;

/** @param {string} file @param {string} source */
function resolve(file, source) {
  const root = SRC.exec(file)?.[1];
  if (!root) return null;
  const target = source.startsWith('@/')
    ? path.join(root, source.slice(2))
    : source.startsWith('.')
      ? path.resolve(path.dirname(file), source)
      : null;
  return target ? path.relative(root, target).split(path.sep) : null;
}

/** @param {string} file */
function place(file) {
  const root = SRC.exec(file)?.[1];
  return root ? path.relative(root, file).split(path.sep) : null;
}

/** Packages that have one home each. @type {[RegExp, string][]} */
const HOMES = [
  [/^@tauri-apps\//, 'bridge'],
  [/^bits-ui/, 'components'],
  [/^@tanstack\//, 'components'],
  [/^marked/, 'lib'],
];

/** What a room may import from. Rooms that are not named here (app, main) may use everything. */
/** @type {Record<string, string[]>} */
const ALLOWED = {
  bridge: ['bridge'],
  messages: ['messages', 'bridge'],
  lib: ['lib', 'bridge', 'messages'],
  stores: ['stores', 'lib', 'bridge', 'messages'],
  components: ['components', 'lib', 'bridge', 'messages'],
  features: ['features', 'components', 'stores', 'lib', 'bridge', 'messages'],
};

/** @type {import('eslint').Rule.RuleModule} */
const rule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      home: '"{{source}}" may be imported in src/{{home}} only.',
      feature: 'Features never import each other: "{{from}}" imports "{{to}}".',
      room: 'src/{{from}} may not import from src/{{to}}.',
      memory: 'The in-memory twin is for tests and the bridge itself.',
    },
  },
  create(context) {
    const file = context.filename;
    const here = place(file);
    if (!here) return {};
    const isTest = /\.test\.ts$/.test(file) || here[0] === 'test';

    /** @param {any} node @param {unknown} source */
    function check(node, source) {
      if (typeof source !== 'string') return;
      for (const [pattern, home] of HOMES) {
        if (pattern.test(source) && here?.[0] !== home)
          context.report({ node, messageId: 'home', data: { source, home } });
      }
      const target = resolve(file, source);
      if (!target || !here) return;
      if (isTest) return;
      if (target[0] === 'bridge' && target[1] === 'memory' && here[0] !== 'bridge')
        context.report({ node, messageId: 'memory' });
      if (here[0] === 'features' && target[0] === 'features' && here[1] !== target[1])
        context.report({ node, messageId: 'feature', data: { from: here[1], to: target[1] } });
      const allowed = ALLOWED[here[0] ?? ''];
      if (allowed && target[0] && !allowed.includes(target[0]))
        context.report({ node, messageId: 'room', data: { from: here[0] ?? '', to: target[0] } });
    }

    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => node.source && check(node, node.source.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => node.source.type === 'Literal' && check(node, node.source.value),
    };
  },
};

export default rule;
