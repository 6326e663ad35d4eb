import type { BerthError, Choices, PlaceRequest, Plan, PlanPreview } from '../types';
import { actionPlan } from './actions';
import { environmentsOf } from './folders';
import { connectPlan, isSame } from './places';
import { inputProblems, installPlan, launcher, previewOf } from './plan';
import { entryPage } from './views';
import { fail, type World } from './world';

/** The plan that connects a server to a client. */
export function connecting(world: World, { name, place, replace, direct }: PlaceRequest): Plan {
  const there = world.under(name).find((found) => isSame(found.place, place));
  if (there && !replace) return fail({ code: 'already_registered', name, ...place });
  const installation = world.installation(name);
  const { launch } = installation;
  if (!direct) return connectPlan(installation, place, launcher(name));
  if (launch.kind !== 'remote') return fail({ code: 'address_unfit', problem: 'not_http' });
  const address = { url: launch.url, headers: launch.headers, helper: `/usr/bin/berth headers ${name}` };
  return connectPlan(installation, place, { ...launcher(name), address });
}

/** The plan of an action that an entry offers. */
export function acting(world: World, name: string, id: string): Plan {
  const installation = world.installation(name);
  const action = installation.actions?.find((known) => known.id === id);
  return action
    ? actionPlan(installation, action, launcher(name))
    : fail({ code: 'action_unknown', name, action: id });
}

/** The choices with the secrets that come from a `.env` file. */
export function withEnv(world: World, choices: Choices): Choices {
  const secrets = choices.from_env.map((key) => [key, world.envSecrets[key] ?? '']);
  return { ...choices, secrets: { ...Object.fromEntries(secrets), ...choices.secrets } };
}

/** What an installation would do, or why it cannot be done. */
export function preview(world: World, given: Choices): PlanPreview {
  const choices = withEnv(world, given);
  const page = entryPage(world, choices.entry);
  const id = choices.variant ?? page.recommended;
  const variant = page.entry.variants.find((one) => one.id === id);
  const name = choices.name ?? page.entry.id;
  const installed = world.installations.get(name);
  const registrations = world.under(name);
  const kept = (installed?.secrets ?? [])
    .map((use) => use.input)
    .filter((key) => world.keychain.has(`${name}/${key}`));
  const conflict =
    installed || registrations.length ? { installed: !!installed, kept_secrets: kept, registrations } : null;
  const inputs = variant ? inputProblems(page.entry, variant.id, choices, choices.replace ? kept : []) : {};
  const missing = page.variants.find((here) => here.id === id)?.missing ?? null;
  let problem: BerthError | null = missing;
  if (variant?.planned) problem = { code: 'variant_planned', variant: variant.id, note: variant.planned };
  else if (choices.place.scope !== 'user' && !choices.place.project) problem = { code: 'project_needed' };
  else if (conflict && !choices.replace)
    problem = installed
      ? { code: 'name_taken', name }
      : { code: 'already_registered', name, client: 'claude_code', scope: 'user' };
  else if (Object.keys(choices.secrets).length && world.facts().vault.state === 'missing') {
    const vault = world.facts().vault;
    if (vault.state === 'missing') problem = vault.error;
  }
  const whole = variant && !problem && Object.keys(inputs).length === 0;
  const plan = whole ? installPlan(page.entry, variant, name, choices) : null;
  return {
    plan,
    steps: plan?.steps.map(previewOf) ?? [],
    consent: plan ? fingerprint(plan) : null,
    variant: id ?? null,
    name,
    inputs,
    problem,
    conflict,
    environments: environmentsOf(page.entry, choices),
  };
}

/** The plan in a nutshell: two plans with the same steps and places have the same one. */
export function fingerprint(plan: Plan): string {
  return JSON.stringify([plan.purpose, plan.name, plan.variant, plan.steps.map((step) => previewOf(step))]);
}

/** A plan without choices, to be agreed to. */
export function shown(plan: Plan): PlanPreview {
  return {
    plan,
    steps: plan.steps.map(previewOf),
    consent: fingerprint(plan),
    variant: plan.variant,
    name: plan.name,
    inputs: {},
    problem: null,
    conflict: null,
    environments: {},
  };
}
