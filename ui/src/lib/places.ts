/** Where a server is registered, as it is chosen: a scope of Claude Code, or Claude Desktop. */
import type { Facts, Place, Scope } from '@/bridge';

export type Where = Scope | 'desktop';

export const needsProject = (where: Where): boolean => where === 'local' || where === 'project';

export function placeOf(where: Where, project: string): Place {
  if (where === 'desktop') return { client: 'claude_desktop', scope: 'user', project: null };
  const folder = needsProject(where) ? project.trim() || null : null;
  return { client: 'claude_code', scope: where, project: folder };
}

export const whereOf = (place: Place): Where => (place.client === 'claude_desktop' ? 'desktop' : place.scope);

export const isSame = (a: Place, b: Place): boolean =>
  a.client === b.client && a.scope === b.scope && a.project === b.project;

/** What can be chosen on this computer. Claude Code is always offered: its absence has a fix. */
export function offered(facts: Facts, chosen: Where): Where[] {
  const scopes: Where[] = ['user', 'local', 'project'];
  return facts.claude_desktop.state === 'found' || chosen === 'desktop' ? [...scopes, 'desktop'] : scopes;
}

/** The only one, where Claude Code is not there and Claude Desktop is. */
export const only = (facts: Facts): Where | undefined =>
  facts.claude.state === 'missing' && facts.claude_desktop.state === 'found' ? 'desktop' : undefined;
