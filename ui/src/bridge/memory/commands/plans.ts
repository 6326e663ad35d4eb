import type { Plan } from '../../types';
import { backupPlan, restorePlan } from '../backups';
import { disconnectPlan, isSame, removePlan } from '../places';
import { launcher } from '../plan';
import { acting, connecting, fingerprint, preview, shown, withEnv } from '../preview';
import type { Handlers } from './handlers';
import { fail, type World } from '../world';

/** What is shown before it is agreed to, and begun after. */
export function plans(world: World) {
  return {
    plan_preview: (choices) => preview(world, choices),
    install_start: ({ choices, consent, trust }) => {
      const offered = preview(world, choices);
      const { plan } = offered;
      if (!plan || offered.consent !== consent) return fail({ code: 'plan_changed' });
      if (plan.trust?.length && trust?.trim() !== plan.name)
        return fail({ code: 'trust_needed', name: plan.name });
      return world.begin(plan, () => {
        for (const [key, value] of Object.entries(withEnv(world, choices).secrets))
          world.keychain.set(`${plan.name}/${key}`, value ?? '');
        const step = plan.steps.find((one) => one.step === 'write_installation');
        if (step?.step === 'write_installation') world.installations.set(plan.name, step.installation);
        return world.verified(plan.name);
      });
    },
    remove_preview: ({ name, delete_data }) => {
      return shown(removePlan(world.installation(name), delete_data));
    },
    remove_start: ({ request, consent }) => {
      const plan = removePlan(world.installation(request.name), request.delete_data);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      return world.begin(plan, () => {
        world.installations.delete(request.name);
        for (const key of [...world.keychain.keys()])
          if (key.startsWith(`${request.name}/`)) world.keychain.delete(key);
        return { outcome: 'nothing' };
      });
    },
    connect_preview: (request) => shown(connecting(world, request)),
    connect_start: ({ request, consent }) => {
      const plan = connecting(world, request);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      return world.begin(plan, () => {
        const installation = world.installation(request.name);
        const { place } = request;
        const places = [...installation.places, place];
        const register = plan.steps.find((step) => step.step === 'register');
        const address = register?.step === 'register' ? register.command.address : undefined;
        const direct = [...(installation.direct ?? []), ...(address ? [{ place, address }] : [])];
        world.installations.set(request.name, { ...installation, places, direct });
        return { outcome: 'nothing' };
      });
    },
    disconnect_preview: ({ name, place }) => shown(disconnectPlan(world.installation(name), place)),
    disconnect_start: ({ request: { name, place }, consent }) => {
      const plan = disconnectPlan(world.installation(name), place);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      return world.begin(plan, () => {
        const installation = world.installation(name);
        const places = installation.places.filter((other) => !isSame(other, place));
        const direct = installation.direct?.filter((given) => !isSame(given.place, place));
        world.installations.set(name, { ...installation, places, direct });
        return { outcome: 'nothing' };
      });
    },
    backup_preview: ({ name, file }) => shown(backupPlan(world.installation(name), file)),
    backup_start: ({ request: { name, file }, consent, passphrase }) => {
      const plan = backupPlan(world.installation(name), file);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      world.passphrases.push(passphrase);
      return world.begin(plan, () => ({ outcome: 'nothing' }));
    },
    restore_preview: ({ name, file }) => shown(restorePlan(world.installation(name), file, launcher(name))),
    restore_start: ({ request: { name, file }, consent, passphrase }) => {
      const plan = restorePlan(world.installation(name), file, launcher(name));
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      world.passphrases.push(passphrase);
      return world.begin(plan, () => ({ outcome: 'nothing' }));
    },
    action_preview: ({ name, action }) => shown(acting(world, name, action)),
    action_start: ({ request: { name, action }, consent }) => {
      const plan = acting(world, name, action);
      if (fingerprint(plan) !== consent) return fail({ code: 'plan_changed' });
      return world.begin(plan, () => ({ outcome: 'nothing' }));
    },
    verify_start: ({ name }) => {
      const { entry, variant, places } = world.installation(name);
      const plan: Plan = {
        purpose: 'verify',
        name,
        entry,
        variant,
        steps: [
          {
            step: 'verify',
            name,
            command: launcher(name),
            place: places[0] ?? null,
            startup_seconds: 30,
            credential_check: null,
          },
        ],
        warnings: [],
      };
      return world.begin(plan, () => world.verified(name));
    },
  } satisfies Partial<Handlers>;
}
