import type {
  Act,
  Action,
  ActionRow,
  BerthError,
  Installation,
  LauncherCommand,
  Plan,
  Step,
  StepPreview,
} from '../types';

const asPerson = (act: Act) => act.kind === 'program';

export const actionRows = (installation: Installation, obstacles: Record<string, BerthError>): ActionRow[] =>
  (installation.actions ?? []).map(({ id, title, help, changes, steps }) => ({
    id,
    title,
    help,
    changes,
    asks: changes !== null || steps.some(asPerson),
    missing: obstacles[id] ?? null,
  }));

export function actionPlan(installation: Installation, action: Action, command: LauncherCommand): Plan {
  const { name, generation, entry, variant } = installation;
  const { id, title, changes, steps } = action;
  return {
    purpose: 'act',
    name,
    entry,
    variant,
    steps: steps.map((act, number): Step => ({
      step: 'act',
      name,
      generation,
      action: id,
      title,
      number,
      act,
      command,
    })),
    warnings: [
      ...(changes === null ? [] : [{ warning: 'changes' as const, what: changes }]),
      ...steps.flatMap((act) =>
        act.kind === 'program'
          ? [{ warning: 'runs_as_you' as const, program: shown(act.program), folder: act.program.folder }]
          : [],
      ),
    ],
  };
}

const shown = ({ program, args }: { program: string; args: string[] }) => [program, ...args].join(' ');

export function actPreview(act: Act): StepPreview {
  const kind = `act_${act.kind}`;
  switch (act.kind) {
    case 'command':
      return {
        kind,
        subject: act.program.program,
        lines: [
          { line: 'command', text: shown(act.program) },
          ...(act.undo ? [{ line: 'undo' as const, text: shown(act.undo) }] : []),
        ],
      };
    case 'tool':
      return {
        kind,
        subject: act.tool,
        lines: [{ line: 'text', text: `tools/call ${act.tool} ${JSON.stringify(act.arguments)}` }],
      };
    case 'program':
      return {
        kind,
        subject: shown(act.program),
        lines: [
          { line: 'command', text: shown(act.program) },
          { line: 'text', text: `in ${act.program.folder}` },
        ],
      };
  }
}
