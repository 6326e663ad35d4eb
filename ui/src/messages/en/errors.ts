/**
 * The two sentences of every error code: what happened, and what to do in this window. `bare` is the
 * message where the program's exit code is not known. Placeholders are the code's own parameters.
 */
export const errors = {
  name_invalid: {
    message: '“{name}” cannot be a server’s name.',
    hint: 'Use letters, digits, - and _, at most 64 of them. “workspace”, “claude-in-chrome” and “computer-use” are reserved.',
  },
  name_taken: {
    message: 'A server named “{name}” is already installed.',
    hint: 'Reconfigure it, or choose another name.',
  },
  not_registered: {
    message: '{client} has no server named “{name}” of Berth’s ({scope}).',
    hint: 'See on its page where the server is registered.',
  },
  already_registered: {
    message: '{client} already has a server named “{name}” ({scope}).',
    hint: 'Reconfigure to replace it (it comes back if anything fails), or choose another name or place.',
  },
  registration_changed: {
    message: 'What {client} has under “{name}” ({scope}) is not what Berth has registered.',
    hint: 'Register it again. If somebody else’s stands there, it comes back should anything fail.',
  },
  approval_pending: {
    message: 'Claude Code does not start “{name}” before you have approved it.',
    hint: 'Open Claude Code in the project’s folder and approve the server.',
  },
  job_running: {
    message: 'Something is already being done to “{name}”.',
    hint: 'Wait for it to end, or cancel it in Activity.',
  },
  job_unknown: { message: 'This job is no longer there.', hint: 'It may have been cleared from Activity.' },
  entry_unknown: { message: 'The catalog has no entry “{entry}”.', hint: 'Search the catalog for it.' },
  variant_unknown: {
    message: '“{entry}” cannot be run as “{variant}”.',
    hint: 'Choose one of the ways that its page shows.',
  },
  variant_planned: {
    message: '“{variant}” cannot be installed yet: {note}',
    hint: 'Choose another way to run it.',
  },
  not_installed: {
    message: 'No server named “{name}” is installed.',
    hint: 'It may have been removed elsewhere. Servers shows what is installed.',
  },
  input_unknown: { message: 'There is no input “{input}” here.', hint: 'Close this and open it again.' },
  input_missing: { message: '“{input}” is needed.', hint: 'Fill it in.' },
  input_invalid: { message: '“{input}”: {problem}', hint: 'Correct it and try again. Nothing was changed.' },
  source_missing: {
    message: 'No folder of {project} was found on this computer.',
    hint: 'Get its source, then choose its folder.',
  },
  source_unclear: {
    message: 'Several folders could be meant by “{input}”.',
    hint: 'Choose one of them.',
  },
  project_needed: { message: 'This scope needs a project folder.', hint: 'Choose the project’s folder.' },
  path_missing: {
    message: 'The server needs {path}, which is no longer there.',
    hint: 'Put it back, or reconfigure the server with where it is now.',
  },
  export_unfit: {
    message: 'This format has no words for how {name} is started.',
    hint: 'Choose another format, or another variant of the server.',
  },
  address_unfit: { message: '{problem}', hint: 'Let it be reached through Berth.' },
  headers_withheld: {
    message: 'The headers of {name} are given to Claude Code only, for the address that you agreed to.',
    hint: 'If Claude Code’s settings name another address, put it right, or reconfigure the server.',
  },
  folder_missing: { message: 'The folder {path} does not exist.', hint: 'Choose a folder that exists.' },
  consent_needed: {
    message: 'Nothing was done: the plan was not agreed to.',
    hint: 'Look at the plan and agree to it.',
  },
  trust_needed: {
    message: 'Nothing was done: {name} would get what only typing its name agrees to, and it was not typed.',
    hint: 'Read what the plan says about it, then type {name}. Or choose a way that needs less.',
  },
  plan_changed: {
    message: 'The plan is no longer the one that you agreed to.',
    hint: 'Look at the new plan and agree again. Nothing was changed.',
  },
  engine_missing: {
    message: 'No container engine was found.',
    hint: 'Install Docker, Podman, Colima, OrbStack or Rancher Desktop, or choose a way to run it that needs none.',
  },
  engine_stopped: {
    message: 'The container engine at {endpoint} does not answer.',
    hint: 'Start it, then try again.',
  },
  engine_denied: {
    message: 'You may not use the container engine at {endpoint}.',
    hint: 'On Linux, add yourself to the docker group and log in again, or use a rootless engine.',
  },
  engine_too_old: {
    message: 'The container engine speaks API {version}; {needed} is needed.',
    hint: 'Update the engine.',
  },
  engine_failed: {
    message: 'The container engine could not {operation}.',
    hint: 'See the details; the engine’s own log may say more.',
  },
  engine_socket_missing: {
    message: 'The container engine is not on this computer, so a server cannot be given its socket.',
    hint: 'Use an engine of this computer, or give the server an engine elsewhere by its address.',
  },
  image_not_found: {
    message: 'The image {reference} does not exist.',
    hint: 'It may have been withdrawn. Choose another way to run the server.',
  },
  image_denied: {
    message: 'The registry refuses to give the image {reference}.',
    hint: 'Sign in to the registry with “docker login” in a terminal, then try again.',
  },
  image_missing: {
    message: 'The image {reference} is no longer on this computer.',
    hint: 'Reconfigure the server to get the image again, or to build it.',
  },
  image_changed: {
    message: 'The image {reference} is not the one that was reviewed: expected {expected}, found {found}.',
    hint: 'Look closely before you go on: reconfigure the server to agree to what it would start now.',
  },
  registry_unreachable: {
    message: 'The registry of {reference} cannot be reached.',
    hint: 'Check the network connection, then try again.',
  },
  build_failed: {
    message: 'The image could not be built; it stopped at “{step}”.',
    hint: 'The log has its own words. If it worked before, try again without the cache.',
  },
  buildkit_needed: {
    message: 'The image’s “{step}” needs BuildKit, which Berth does not build with.',
    hint: 'Build the image in a terminal with “docker buildx build --load”, then use the image that is here.',
  },
  build_target_missing: {
    message: '{dockerfile} has no stage “{target}”.',
    hint: 'Check that this is the right source folder, and that it is up to date.',
  },
  dockerfile_missing: {
    message: 'There is no Dockerfile {path}.',
    hint: 'Check that this is the right source folder.',
  },
  keychain_missing: {
    message: 'This computer has no keychain that is running.',
    hint: 'Start GNOME Keyring or KWallet, or create an encrypted vault with a passphrase.',
  },
  keychain_locked: {
    message: 'The keychain is locked.',
    hint: 'Unlock it (look for its window), then try again.',
  },
  keychain_timeout: {
    message: 'The keychain did not answer within {seconds} s.',
    hint: 'It may be waiting for you to unlock it: look for its window, then try again.',
  },
  keychain_failed: {
    message: 'The keychain could not {operation}.',
    hint: 'See the details, then try again.',
  },
  secret_missing: {
    message: 'The secret “{input}” of “{name}” is not in the keychain.',
    hint: 'Give it again in Secrets.',
  },
  secret_too_long: {
    message: 'The secret “{input}” is longer than {limit} bytes.',
    hint: 'Check that the right value was pasted.',
  },
  passphrase_needed: {
    message: 'The encrypted vault is locked.',
    hint: 'Unlock it with its passphrase.',
  },
  passphrase_wrong: {
    message: 'That is not the vault’s passphrase.',
    hint: 'Try again. Nothing was changed.',
  },
  claude_desktop_missing: {
    message: 'Claude Desktop was not found.',
    hint: 'Install Claude Desktop and open it once, or choose Claude Code.',
  },
  claude_missing: {
    message: 'Claude Code was not found.',
    hint: 'Install Claude Code, or say in Settings where it is.',
  },
  claude_failed: {
    message: 'Claude Code could not {operation} (exit code {exit}).',
    bare: 'Claude Code could not {operation}.',
    hint: 'See the details. “claude mcp list” in a terminal may show more.',
  },
  client_config_invalid: {
    message: '{path} is not valid.',
    hint: 'Correct the file, then try again. Berth changes no file that it cannot read.',
  },
  client_config_changed: {
    message: '{path} was changed by another program at the same moment.',
    hint: 'Nothing was lost. Try again.',
  },
  launcher_not_on_path: {
    message: 'The command berth is not on the PATH.',
    hint: 'Project scope shares it by name. The doctor can put it on the PATH.',
  },
  python_missing: {
    message: 'Python {needed} was not found.',
    hint: 'Install uv or Python, or choose a way to run it that needs none.',
  },
  node_missing: {
    message: 'Node.js {needed} was not found.',
    hint: 'Install Node.js, or choose a way to run it that needs none.',
  },
  git_missing: { message: 'git was not found.', hint: 'Install git.' },
  package_not_found: {
    message: 'The package {package} {version} does not exist.',
    hint: 'It may have been withdrawn. Choose another way to run the server.',
  },
  package_failed: {
    message: '{tool} could not install the package (exit code {exit}).',
    bare: '{tool} could not install the package.',
    hint: 'The log has its own words.',
  },
  program_missing: {
    message: 'The program {program} is not there.',
    hint: 'Reconfigure the server to put it back.',
  },
  command_missing: {
    message: '“{command}” was not found on this computer.',
    hint: 'Install “{command}” so that it is on the PATH, then try again. Nothing was changed.',
  },
  network_unreachable: {
    message: '{what} cannot be reached.',
    hint: 'Check the network connection, then try again.',
  },
  installation_changed: {
    message: 'What “{name}” would start is not what you agreed to.',
    hint: 'Reconfigure the server, and look closely at what it wants to start.',
  },
  service_failed: {
    message: 'The service “{service}” did not become well.',
    hint: 'The details end with the service’s own words.',
  },
  services_stopped: {
    message: 'The services of “{name}” were stopped.',
    hint: 'Start them under Servers.',
  },
  port_taken: {
    message: 'Another program has port {port} of this computer.',
    hint: 'End that program, or reconfigure the server: it gets another port.',
  },
  no_services: {
    message: '“{name}” has no services: it runs while a client uses it.',
    hint: 'There is nothing to start or stop.',
  },
  log_unknown: {
    message: '“{name}” has no log “{log}”.',
    hint: 'Which logs there are depends on how the server is set up.',
  },
  no_image: {
    message: '“{name}” does not run from an image.',
    hint: 'There is nothing to look at.',
  },
  service_unknown: {
    message: '“{name}” has no service “{service}”.',
    hint: 'Its page shows which it has.',
  },
  server_exited: {
    message: 'The server stopped before it answered (exit code {exit}).',
    bare: 'The server stopped before it answered.',
    hint: 'The log ends with the server’s own words.',
  },
  server_timeout: {
    message: 'The server did not answer within {seconds} s.',
    hint: 'Try again: a first start can be slow.',
  },
  server_protocol: {
    message: 'The server did not answer as the protocol asks: {what}.',
    hint: 'The log ends with the server’s own words.',
  },
  server_unreachable: {
    message: 'The server at {address} does not answer.',
    hint: 'Check that it is running and that this computer is connected, then try again.',
  },
  server_refused: {
    message: 'The server at {address} refused the token (status {status}).',
    hint: 'Reconfigure the server with a valid one.',
  },
  server_status: {
    message: 'What answers at {address} is no MCP server, or one that failed (status {status}).',
    hint: 'Check the address. The server’s own log may say more.',
  },
  credential_refused: {
    message: 'The server refused the credentials when “{tool}” was called.',
    hint: 'Check the token and its permissions, then try again.',
  },
  criterion_unmet: {
    message: 'The server answers, but this is not so: {title}.',
    hint: 'See what was found, and what helps, in the log.',
  },
  action_unknown: {
    message: '“{name}” offers no action “{action}”.',
    hint: 'Reconfigure the server: it gets what its entry offers now.',
  },
  program_failed: {
    message: '“{program}” ended with exit code {exit}.',
    bare: '“{program}” was ended: it took too long, or something else ended it.',
    hint: 'See the log: it has what the program printed.',
  },
  tool_unknown: { message: 'The server has no tool “{tool}”.', hint: 'Verify the server to see its tools.' },
  tool_failed: {
    message: 'The tool “{tool}” answered with an error.',
    hint: 'See its answer for the reason.',
  },
  nothing_kept: {
    message: '“{name}” keeps nothing that can be backed up.',
    hint: 'Only what a server in a single container keeps in a volume can be backed up.',
  },
  file_there: {
    message: '{path} is there already.',
    hint: 'Choose another name: a backup replaces no file.',
  },
  server_in_use: {
    message: '“{name}” is in use.',
    hint: 'Close what uses it (such as Claude Code), then try again. Nothing was changed.',
  },
  backup_foreign: {
    message: '{path} is no backup that this Berth can read.',
    hint: 'Choose a file that Berth wrote as a backup. Nothing was changed.',
  },
  backup_damaged: {
    message: 'The backup {path} is damaged or not whole.',
    hint: 'Use another copy of it. Nothing was changed.',
  },
  backup_locked: {
    message: 'That is not the passphrase of {path}.',
    hint: 'Try again with the one that it was made with. Nothing was changed.',
  },
  backup_unfit: {
    message: 'The backup {path} is of another kind of server (“{entry}”) than “{name}”.',
    hint: 'Restore it to a server of the same entry, with the same volumes. Nothing was changed.',
  },
  entry_invalid: {
    message: 'The catalog file {file} was skipped: {problem}.',
    hint: 'The other entries are not affected.',
  },
  store_newer: {
    message: 'Berth’s data was written by a newer version (format {found}, this one knows {known}).',
    hint: 'Update this Berth.',
  },
  store_failed: {
    message: 'Berth’s data could not be used to {operation}.',
    hint: 'Check that the disk is not full and that Berth’s folder can be written.',
  },
  store_damaged: {
    message: 'Berth’s data in {path} is damaged.',
    hint: 'Put a copy of it back, or move it away: Berth then starts afresh, and your servers have to be installed again.',
  },
  file_failed: {
    message: 'Could not {operation} {path}.',
    hint: 'Check that it exists and that you may use it.',
  },
  interrupted: { message: 'Berth was stopped in the middle of this.', hint: 'It was undone. Try again.' },
  cancelled: { message: 'Cancelled.', hint: null },
  internal: {
    message: 'Something went wrong inside Berth: {what}.',
    hint: 'Please report it, with the details.',
  },
} as const;

/** What is wrong with a value, after the field's name. */
export const problems = {
  wrong_type: 'This is of another type.',
  empty: 'This is needed.',
  too_short: {
    one: 'At least {count} character is needed.',
    other: 'At least {count} characters are needed.',
  },
  too_long: {
    one: 'At most {count} character is allowed.',
    other: 'At most {count} characters are allowed.',
  },
  too_small: 'The smallest value is {min}.',
  too_large: 'The largest value is {max}.',
  not_whole: 'Only whole numbers are allowed.',
  pattern: '{help}',
  not_an_option: 'Choose one of {options}.',
  not_absolute: 'Give the whole path, from the root on.',
  not_there: 'This does not exist on this computer.',
  not_a_source: 'There is no {file} in this folder.',
  not_a_url: 'This is not an address. It should look like https://example.org.',
  scheme: 'The address must begin with {allowed}.',
  sensitive: '{path} would give away more than a server should get. Choose another one.',
  cannot_be_read_only: 'This way to run it cannot keep a folder read-only. A container can.',
  forbidden: 'This holds a character that is not allowed here, such as a line break.',
  password_in_url: 'An address must not hold a password: it would be written down. Take it out.',
  not_secret: 'This is given in another way.',
} as const;
