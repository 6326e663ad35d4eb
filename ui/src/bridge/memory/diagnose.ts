import type { Diagnosis, Facts, Installation, ServerCheck } from '@/bridge';

import { checksOf } from './facts';

/** What a diagnosis would see, from the same facts as the rest of the machine in memory. */
export function diagnosisOf(
  installation: Installation,
  facts: Facts,
  registered: boolean,
  missing: readonly string[],
): Diagnosis {
  const { name } = installation;
  const checks: ServerCheck[] = [];
  const good = (id: ServerCheck['id'], place: ServerCheck['place'] = null): ServerCheck => ({
    id,
    place,
    status: 'good',
    seen: [],
    error: null,
    fixes: [],
  });
  for (const place of installation.places) {
    checks.push({
      ...good('config', place),
      seen: [{ what: 'config', value: '/home/sam/.claude.json' }],
    });
    checks.push(
      registered
        ? good('registration', place)
        : {
            ...good('registration', place),
            status: 'bad',
            error: { code: 'not_registered', name, client: place.client, scope: place.scope },
            fixes: [{ fix: 'connect', name, place, replace: false, direct: false }],
          },
    );
    checks.push({ ...good('launcher', place), status: registered ? 'good' : 'skipped' });
  }
  checks.push(good('record'));
  const [input] = missing;
  if (installation.secrets.length)
    checks.push(
      input === undefined
        ? good('secrets')
        : {
            ...good('secrets'),
            status: 'bad',
            error: { code: 'secret_missing', name, input },
            fixes: missing.map((one) => ({ fix: 'give_secret', name, input: one })),
          },
    );
  if (installation.launch.kind === 'container') {
    const engine = checksOf(facts).find((check) => check.id === 'engine');
    const works = engine?.status === 'good';
    checks.push({
      ...good('engine'),
      status: works ? 'good' : 'bad',
      error: engine?.error ?? null,
      fixes: engine?.fixes.filter(({ fix }) => fix !== 'recheck') ?? [],
    });
    checks.push({ ...good('images'), status: works ? 'good' : 'skipped' });
  }
  const starts = checks.every(({ place, status }) => place !== null || status === 'good');
  checks.push({
    ...good('handshake'),
    status: starts ? 'good' : 'skipped',
    seen: starts ? [{ what: 'tools', value: String(installation.tools.length) }] : [],
  });
  for (const place of installation.places)
    if (place.client === 'claude_code')
      checks.push({ ...good('client', place), status: starts && registered ? 'good' : 'skipped' });
  return { name, checks, by_hand: `(echo '{"method":"initialize"}'; sleep 10) | /usr/bin/berth run ${name}` };
}
