import type {
  Choices,
  DataPlace,
  Entry,
  HereImage,
  InputProblem,
  InputSpec,
  Installation,
  LauncherCommand,
  Plan,
  PreviewLine,
  Step,
  StepPreview,
  Variant,
  Warning,
} from '../types';
import { plainPreview } from './backups';
import { copiedFrom, inPlace, requirementOf } from './folders';
import { fileOf } from './places';
import { trustOf, trustWarnings } from './trust';

export const HOME = '/home/sam/.local/share/berth';

export function launcher(name: string): LauncherCommand {
  return { program: '/usr/bin/berth', args: ['run', name] };
}

/** The inputs that are asked for, by the values that were given. */
export function inputsFor(entry: Entry, variant: string, { inputs }: Choices): InputSpec[] {
  return entry.inputs.filter(
    ({ variants, when }) =>
      (variants.length === 0 || variants.includes(variant)) && (!when || inputs[when.input] !== undefined),
  );
}

/** What only the real machine would know: which paths are there and which give away too much. */
export function inputProblems(
  entry: Entry,
  variant: string,
  choices: Choices,
  kept: readonly string[],
): Record<string, InputProblem> {
  const problems: Record<string, InputProblem> = {};
  for (const spec of inputsFor(entry, variant, choices)) {
    const value = choices.inputs[spec.key];
    const given = spec.kind.type === 'secret' ? choices.secrets[spec.key] : value;
    const made = spec.kind.type === 'secret' && spec.kind.generate !== null;
    if (spec.required && !given && !made && !kept.includes(spec.key))
      problems[spec.key] = { problem: 'empty' };
    if (value?.type === 'paths') {
      if (value.value.some((grant) => grant.path.includes('missing')))
        problems[spec.key] = { problem: 'not_there' };
      const sensitive = value.value.find((grant) => grant.path.startsWith(`${HOME}/`) || grant.path === HOME);
      if (sensitive) problems[spec.key] = { problem: 'sensitive', path: sensitive.path };
    }
  }
  return problems;
}

type Run = Variant['run'];
type InContainer = Extract<Run, { type: 'image' | 'build' | 'dev' }>;

const inContainer = (run: Run): run is InContainer =>
  run.type === 'image' || run.type === 'build' || run.type === 'dev';

/** The machine has built the development variant before. */
export function imageHere({ run }: Variant): HereImage | null {
  return run.type === 'dev'
    ? {
        reference: run.image,
        id: `sha256:${'5e'.repeat(32)}`,
        size: 121_400_000,
        created: '2026-11-18T09:30:00Z',
      }
    : null;
}

function builtStep(variant: Variant, run: InContainer, choices: Choices): Step {
  if (choices.use_image) return { step: 'use_image', reference: run.image };
  const source = choices.inputs[run.build?.source ?? ''];
  return {
    step: 'build_image',
    context: source?.type === 'paths' ? (source.value[0]?.path ?? '') : '',
    dockerfile: run.build?.dockerfile ?? 'Dockerfile',
    target: run.build?.target ?? null,
    args: run.build?.args ?? {},
    tag: run.image,
    no_cache: choices.no_cache,
    here: imageHere(variant),
  };
}

export function newInstallation(
  entry: Entry,
  variant: Variant,
  name: string,
  choices: Choices,
): Installation {
  const { run } = variant;
  const container = inContainer(run);
  const volumes: DataPlace[] =
    entry.id === 'memory' ? [{ kind: 'folder', path: `${HOME}/data/${name}` }] : [];
  return {
    name,
    generation: '01K0000000000000000000000A',
    entry: entry.id,
    title: entry.title,
    variant: variant.id,
    variant_title: variant.title,
    pins: [
      {
        what: run.type === 'python' || run.type === 'node' ? run.package : container ? run.image : entry.id,
        version: variant.version ?? 'latest',
        digest: container ? run.digest : null,
      },
    ],
    launch: elsewhere(run)
      ? {
          kind: 'remote',
          url: run.url,
          headers: {},
          health: { live: run.live, ready: run.ready, metrics: run.metrics },
        }
      : container
        ? {
            kind: 'container',
            image: run.image,
            image_id: run.digest ?? '',
            entrypoint: [],
            args: run.args,
            env: {},
            mounts: [],
            hardening: {
              read_only_root: true,
              tmpfs_tmp: 'rw,noexec,nosuid,size=64m',
              no_new_privileges: true,
              drop_all_capabilities: true,
              init: true,
              pids: run.pids,
              memory_mib: run.memory_mib,
              cpus: run.cpus,
              network: run.network,
              user: run.user,
              scratch: run.scratch,
            },
          }
        : {
            kind: 'process',
            program: `${HOME}/servers/${name}/01K/bin/${entry.id}`,
            args: [],
            env: {},
            source: inPlace(run, choices),
            folder: `${HOME}/servers/${name}/01K`,
          },
    seal: '0'.repeat(64),
    stopped: false,
    secrets: inputsFor(entry, variant.id, choices)
      .filter((spec) => spec.kind.type === 'secret')
      .map((spec) => ({ env: spec.key.toUpperCase(), template: `{{${spec.key}}}`, input: spec.key })),
    inputs: choices.inputs,
    places: [choices.place],
    direct:
      choices.direct && elsewhere(run)
        ? [
            {
              place: choices.place,
              address: { url: run.url, headers: {}, helper: `/usr/bin/berth headers ${name}` },
            },
          ]
        : [],
    folder: container || elsewhere(run) ? null : `${HOME}/servers/${name}/01K`,
    built: null,
    data: volumes,
    tools: [],
    tools_hash: null,
    startup_seconds: entry.startup_seconds,
    installed_at: new Date().toISOString(),
    verified_at: null,
    last_error: null,
  };
}

function elsewhere(run: Variant['run']): run is Extract<Variant['run'], { type: 'remote' }> {
  return run.type === 'remote';
}

function warningsOf(entry: Entry, run: Variant['run'], choices: Choices): Warning[] {
  const warnings = trustWarnings(run, choices);
  if (elsewhere(run)) warnings.push({ warning: 'data_leaves', host: new URL(run.url).host });
  else if (!inContainer(run)) warnings.push({ warning: 'less_isolated' });
  else if (Object.keys(choices.secrets).length) warnings.push({ warning: 'secrets_in_environment' });
  if (choices.from_env.length) warnings.push({ warning: 'secret_in_file', path: '/home/sam/.env' });
  if (choices.direct)
    warnings.push({ warning: 'asks_for_headers', command: `/usr/bin/berth headers ${entry.id}` });
  const folder = inPlace(run, choices);
  if (folder !== null) warnings.push({ warning: 'in_place', folder });
  const copied = copiedFrom(run, choices);
  if (copied !== null) warnings.push({ warning: 'built_from_copy', folder: copied });
  return warnings;
}

export function installPlan(entry: Entry, variant: Variant, name: string, choices: Choices): Plan {
  const { run } = variant;
  const installation = newInstallation(entry, variant, name, choices);
  const folder = installation.folder ?? '';
  const item = (input: string) => ({ name, generation: installation.generation, input });
  const steps: Step[] = [];
  if (run.type === 'image') steps.push({ step: 'pull_image', reference: run.image, digest: run.digest });
  else if (inContainer(run)) steps.push(builtStep(variant, run, choices));
  else if (!elsewhere(run)) steps.push({ step: 'create_folder', path: folder });
  if (run.type === 'python') {
    steps.push(
      {
        step: 'create_venv',
        tool: 'uv',
        program: '/usr/bin/uv',
        requires: run.requires,
        venv: `${folder}/venv`,
      },
      {
        step: 'install_python',
        tool: 'uv',
        program: '/usr/bin/uv',
        venv: `${folder}/venv`,
        requirements: [requirementOf(run, choices), ...run.pins],
        script: `${folder}/venv/bin/${run.script}`,
      },
    );
  }
  const copied = copiedFrom(run, choices);
  if (run.type === 'node' && copied !== null)
    steps.push({
      step: 'build_node',
      build: {
        program: '/usr/bin/node',
        source: copied,
        folder: `${folder}/app`,
        manager: { manager: 'npm' },
        locked: true,
        scripts: run.build,
        main: `${folder}/app/${run.bin}`,
        node: `${folder}/node`,
      },
    });
  else if (run.type === 'node')
    steps.push({
      step: 'install_node',
      program: '/usr/bin/node',
      folder,
      package: run.package,
      version: run.version ?? '',
      bin: `${folder}/node_modules/.bin/${run.bin}`,
    });
  for (const key of Object.keys(choices.secrets))
    steps.push({ step: 'store_secret', input: key, item: item(key) });
  for (const { key, kind } of inputsFor(entry, variant.id, choices))
    if (kind.type === 'secret' && kind.generate && !choices.secrets[key])
      steps.push({ step: 'make_secret', input: key, item: item(key), generate: kind.generate });
  steps.push(
    { step: 'write_installation', installation, replaces: null },
    {
      step: 'register',
      name,
      place: choices.place,
      command: { ...launcher(name), address: installation.direct?.[0]?.address },
      replaces: null,
      file: fileOf(choices.place),
    },
    {
      step: 'verify',
      name,
      command: launcher(name),
      place: choices.place,
      startup_seconds: entry.startup_seconds,
      credential_check: null,
    },
  );
  return {
    purpose: choices.replace ? 'reconfigure' : 'install',
    name,
    entry: entry.id,
    variant: variant.id,
    steps,
    warnings: warningsOf(entry, run, choices),
    trust: trustOf(run, choices),
  };
}

export function previewOf(step: Step): StepPreview {
  const lines: PreviewLine[] = [];
  let subject = '';
  const command = (text: string) => lines.push({ line: 'command', text });
  switch (step.step) {
    case 'create_folder':
      lines.push({ line: 'writes', path: step.path });
      break;
    case 'pull_image':
      subject = step.reference;
      command(`docker pull ${step.reference}@${step.digest ?? ''}`);
      break;
    case 'use_image':
      subject = step.reference;
      break;
    case 'build_image': {
      subject = step.tag;
      const flags = [step.target ? ` --target ${step.target}` : '', step.no_cache ? ' --no-cache' : ''];
      lines.push({ line: 'text', text: `docker build --tag ${step.tag}${flags.join('')} ${step.context}` });
      if (step.here)
        lines.push({
          line: 'image',
          reference: step.here.reference,
          size: step.here.size,
          created: step.here.created,
        });
      break;
    }
    case 'remove_image':
      subject = step.image.reference;
      lines.push({ line: 'deletes', path: step.image.reference });
      break;
    case 'create_venv':
      command(`${step.program} venv --python '${step.requires}' ${step.venv}`);
      break;
    case 'install_python':
      subject = step.requirements[0] ?? '';
      command(`${step.program} pip install --python ${step.venv}/bin/python ${step.requirements.join(' ')}`);
      if (subject.startsWith('-e ')) return { kind: 'install_in_place', subject: subject.slice(3), lines };
      break;
    case 'install_node':
      subject = `${step.package}@${step.version}`;
      command(`npm install --prefix ${step.folder} --ignore-scripts ${subject}`);
      break;
    case 'build_node':
      subject = step.build.source;
      command(`npm --prefix ${step.build.folder} ci --ignore-scripts`);
      for (const script of step.build.scripts) command(`npm --prefix ${step.build.folder} run ${script}`);
      break;
    case 'store_secret':
    case 'make_secret':
    case 'keep_secret':
      subject = step.input;
      lines.push({
        line: 'keychain',
        item: `berth: ${'item' in step ? step.item.name : step.to.name}/${step.input}`,
      });
      break;
    case 'write_installation': {
      lines.push({ line: 'writes', path: `${HOME}/berth.db` });
      const { launch } = step.installation;
      if (launch.kind === 'container')
        for (const text of ['--read-only', '--cap-drop ALL', '--security-opt no-new-privileges', '--init'])
          lines.push({ line: 'flag', text });
      if (launch.kind === 'remote') lines.push({ line: 'network', text: launch.url });
      break;
    }
    case 'register': {
      subject = step.name;
      if (step.file) {
        lines.push({ line: 'writes', path: step.file });
        return { kind: 'register_desktop', subject, lines };
      }
      const { address, program, args } = step.command;
      const json = JSON.stringify(
        address
          ? { type: 'http', url: address.url, headersHelper: address.helper }
          : { type: 'stdio', command: program, args },
      );
      command(`claude mcp add-json -s ${step.place.scope} ${step.name} '${json}'`);
      lines.push({
        line: 'writes',
        path:
          step.place.scope === 'project' ? `${step.place.project ?? ''}/.mcp.json` : '/home/sam/.claude.json',
      });
      break;
    }
    case 'unregister':
      subject = step.name;
      if (step.file)
        return { kind: 'unregister_desktop', subject, lines: [{ line: 'writes', path: step.file }] };
      command(`claude mcp remove -s ${step.place.scope} ${step.name}`);
      break;
    case 'verify':
      subject = step.name;
      command(`${step.command.program} ${step.command.args.join(' ')}`);
      break;
    case 'delete_secrets':
      for (const item of step.items)
        lines.push({ line: 'deletes', path: `berth: ${item.name}/${item.input}` });
      break;
    case 'delete_folder':
      lines.push({ line: 'deletes', path: step.path });
      break;
    case 'delete_data':
      lines.push({ line: 'deletes', path: step.data.kind === 'folder' ? step.data.path : step.data.name });
      break;
    default:
      return plainPreview(step);
  }
  return { kind: step.step, subject, lines };
}
