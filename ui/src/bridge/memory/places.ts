import type { DirectAddress, Installation, LauncherCommand, Place, Plan, Scope, Step } from '../types';

const FILE = '/home/sam/.config/Claude/claude_desktop_config.json';

/** The file that Berth writes itself. */
export const fileOf = (place: Place): string | null => (place.client === 'claude_desktop' ? FILE : null);

/** A scope of Claude Code. */
export const placeOf = (scope: Scope, project: string): Place => ({
  client: 'claude_code',
  scope,
  project: project || null,
});

export const isSame = (a: Place, b: Place): boolean =>
  a.client === b.client && a.scope === b.scope && a.project === b.project;

const addressAt = ({ direct }: Installation, place: Place): DirectAddress | null =>
  direct?.find((given) => isSame(given.place, place))?.address ?? null;

const planOf = ({ name, entry, variant }: Installation): Omit<Plan, 'purpose' | 'steps'> => ({
  name,
  entry,
  variant,
  warnings: [],
});

export function connectPlan(installation: Installation, place: Place, command: LauncherCommand): Plan {
  const { name } = installation;
  return {
    ...planOf(installation),
    purpose: 'connect',
    steps: [
      { step: 'register', name, place, command, replaces: null, file: fileOf(place) },
      { step: 'note_place', name, place, there: true, address: command.address ?? null },
      { step: 'verify', name, command, place, startup_seconds: 30, credential_check: null },
    ],
  };
}

export function disconnectPlan(installation: Installation, place: Place): Plan {
  const { name } = installation;
  return {
    ...planOf(installation),
    purpose: 'disconnect',
    steps: [
      { step: 'unregister', name, place, file: fileOf(place), address: addressAt(installation, place) },
      { step: 'note_place', name, place, there: false, address: null },
    ],
  };
}

export function removePlan(installation: Installation, deleteData: boolean): Plan {
  const { name } = installation;
  const steps: Step[] = installation.places.map((place) => ({
    step: 'unregister',
    name,
    place,
    file: fileOf(place),
    address: addressAt(installation, place),
  }));
  steps.push({ step: 'end_sessions', name }, { step: 'delete_installation', name });
  if (installation.secrets.length)
    steps.push({
      step: 'delete_secrets',
      items: installation.secrets.map((use) => ({
        name,
        generation: installation.generation,
        input: use.input,
      })),
    });
  if (installation.folder) steps.push({ step: 'delete_folder', path: installation.folder });
  if (deleteData) for (const data of installation.data) steps.push({ step: 'delete_data', data });
  return {
    purpose: 'remove',
    name,
    entry: installation.entry,
    variant: installation.variant,
    steps,
    warnings: [],
  };
}
