import { CallFailed } from '../../types';
import { actionRows } from '../actions';
import { diagnosisOf } from '../diagnose';
import { exportsOf } from '../exports';
import { logPage } from '../logs';
import { launcher, previewOf } from '../plan';
import { row } from '../views';
import type { Handlers } from './handlers';
import { fail, type World } from '../world';

/** Jobs and what is installed. */
export function servers(world: World) {
  return {
    job_cancel: ({ job }) => {
      world.job(job).cancelled = true;
      return null;
    },
    job_list: () => [...world.jobs.values()].map(({ job }) => job).reverse(),
    job_get: ({ job }) => {
      const found = world.job(job);
      const { error, plan } = found.job;
      const lines = [...(error?.causes ?? []), ...found.log.map((line) => line.text)];
      const troubles = error
        ? world
            .entry(plan.entry)
            .troubles.filter((trouble) =>
              trouble.signs.some((sign) => lines.some((line) => new RegExp(sign, 'u').test(line))),
            )
        : [];
      return { job: found.job, steps: plan.steps.map(previewOf), log: found.log, troubles };
    },
    job_dismiss: ({ job }) => {
      world.job(job);
      world.jobs.delete(job);
      return null;
    },
    installation_list: () =>
      [...world.installations.values()].map((installation) => row(world, installation)),
    installation_get: ({ name }) => {
      const installation = world.installation(name);
      const { program, args } = launcher(name);
      return {
        row: row(world, installation),
        installation,
        registered_command: [program, ...args],
        prompt: world.entry(installation.entry).prompts[0]?.text ?? null,
        updates: world
          .entry(installation.entry)
          .updates.filter(({ variants }) => variants.length === 0 || variants.includes(installation.variant)),
        services: world.services(installation),
        logs: (world.logs[name] ?? []).map(({ log }) => log),
        actions: actionRows(installation, world.obstacles),
      };
    },
    export_list: ({ name }) => exportsOf(world.installation(name), launcher(name).program),
    export_save: () => ({ path: world.picks.shift() ?? null }),
    services_start: ({ name }) => world.turn(name, false),
    services_stop: ({ name }) => world.turn(name, true),
    service_log: ({ service }) => ({ lines: [`${service} is up`] }),
    log_read: ({ name, log }) =>
      logPage(world.logs[name] ?? [], log) ?? fail({ code: 'log_unknown', name, log }),
    image_review: ({ name }) => {
      const { launch } = world.installation(name);
      if (launch.kind !== 'container') return fail({ code: 'no_image', name });
      return world.images[name] ?? fail({ code: 'image_missing', reference: launch.image });
    },
    tool_call: () => ({ is_error: false, text: '', result: {} }),
    server_diagnose: ({ name }) => {
      const installation = world.installation(name);
      const missing = installation.secrets
        .map(({ input }) => input)
        .filter((input) => !world.keychain.has(`${name}/${input}`));
      if (world.slow)
        return new Promise((_, reject) => {
          world.stopDiagnosis = () => reject(new CallFailed({ code: 'cancelled' }));
        });
      return diagnosisOf(installation, world.facts(), !world.unregistered.has(name), missing);
    },
    server_diagnose_stop: () => {
      world.stopDiagnosis();
      return null;
    },
  } satisfies Partial<Handlers>;
}
