import { describe, expect, it } from 'vitest';

import { href, parse, type Route, sectionOf } from './routes';

describe('routes', () => {
  const routes: Route[] = [
    { page: 'catalog' },
    { page: 'entry', id: 'time' },
    { page: 'entry', id: 'io.github/some thing#%' },
    { page: 'servers' },
    { page: 'servers', name: 'my-time' },
    { page: 'secrets' },
    { page: 'clients' },
    { page: 'activity' },
    { page: 'activity', job: '01J' },
    { page: 'settings' },
    { page: 'doctor', topic: 'vault' },
  ];
  it.each(routes)('$page: an address leads back to its page', (route) => {
    expect(parse(href(route))).toEqual(route);
  });

  it('takes what is not an address of ours as the catalog', () => {
    for (const hash of ['', '#', '#/', '#/nowhere', '#/entry/', '#/%E0%A4%A'])
      expect(parse(hash)).toEqual({ page: 'catalog' });
    expect(parse('#/doctor/nothing')).toEqual({ page: 'doctor', topic: 'engine' });
  });

  it('keeps the entry page under the catalog', () => {
    expect(sectionOf({ page: 'entry', id: 'x' })).toBe('catalog');
    expect(sectionOf({ page: 'doctor', topic: 'engine' })).toBeNull();
  });
});
