import type { CheckId } from '@/bridge';

/** The pages of the window and their addresses (`#/entry/time`). */

export const sections = ['catalog', 'servers', 'secrets', 'clients', 'activity', 'settings'] as const;
export type Section = (typeof sections)[number];

/** The doctor's pages. */
export const doctorTopics = [
  'engine',
  'vault',
  'claude',
  'launcher',
  'python',
  'node',
  'installations',
  'catalog',
] as const satisfies readonly CheckId[];
export type DoctorTopic = (typeof doctorTopics)[number];

export type Route =
  | { page: 'catalog' }
  | { page: 'entry'; id: string }
  | { page: 'servers'; name?: string }
  | { page: 'secrets' }
  | { page: 'clients' }
  | { page: 'activity'; job?: string }
  | { page: 'settings' }
  | { page: 'doctor'; topic: DoctorTopic };

/** The section of the navigation that a page belongs to; the doctor belongs to none. */
export function sectionOf(route: Route): Section | null {
  if (route.page === 'entry') return 'catalog';
  return route.page === 'doctor' ? null : route.page;
}

/** The address of a page. */
export function href(route: Route): string {
  switch (route.page) {
    case 'entry':
      return `#/entry/${encodeURIComponent(route.id)}`;
    case 'servers':
      return route.name ? `#/servers/${encodeURIComponent(route.name)}` : '#/servers';
    case 'activity':
      return route.job ? `#/activity/${encodeURIComponent(route.job)}` : '#/activity';
    case 'doctor':
      return `#/doctor/${route.topic}`;
    default:
      return `#/${route.page}`;
  }
}

/** The page of an address; what is not an address of ours is the catalog. */
export function parse(hash: string): Route {
  const [page = '', detail] = hash
    .replace(/^#\/?/, '')
    .split('/')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return '';
      }
    });
  switch (page) {
    case 'entry':
      return detail ? { page, id: detail } : { page: 'catalog' };
    case 'servers':
      return detail ? { page, name: detail } : { page };
    case 'activity':
      return detail ? { page, job: detail } : { page };
    case 'doctor':
      return { page, topic: doctorTopics.find((topic) => topic === detail) ?? 'engine' };
    case 'secrets':
    case 'clients':
    case 'settings':
      return { page };
    default:
      return { page: 'catalog' };
  }
}
