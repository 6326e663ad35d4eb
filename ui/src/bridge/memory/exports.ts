import type { Exported, Format, Installation, Note } from '../types';

/** An installation in other programs' formats, as far as a page can tell them apart. */
export function exportsOf({ name, launch }: Installation, program: string): Exported[] {
  const json = (command: string) =>
    `${JSON.stringify({ mcpServers: { [name]: { type: 'stdio', command, args: ['run', name] } } }, null, 2)}\n`;
  const needs: Note = { note: 'needs_berth' };
  const exported = (format: Format, file_name: string, text: string, notes: Note[]): Exported => ({
    format,
    file_name,
    text,
    notes,
  });
  const client = [
    exported('mcp_json', '.mcp.json', json('berth'), [needs]),
    exported('mcp_json_absolute', '.mcp.json', json(program), [needs, { note: 'personal_paths' }]),
  ];
  if (launch.kind !== 'container') return client;
  const text = `services:\n  ${name}:\n    read_only: true\n`;
  return [
    ...client,
    exported('compose', 'compose.yaml', text, [{ note: 'secrets_as_variables', names: ['TOKEN'] }]),
  ];
}
