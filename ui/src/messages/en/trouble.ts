/** Finding out what is wrong with a server. */
export const trouble = {
  'explain.title': 'Paste an error',
  'explain.label': 'The error, with the lines around it',
  'explain.help': 'It is looked at on this computer, and nothing of it is kept.',
  'explain.look': 'Find out',
  'explain.looking': 'Looking…',
  'explain.found': { one: 'This may be why', other: 'Any of these may be why' },
  'explain.line': 'Shown by',
  'explain.none': 'Nothing in it is known here',
  'explain.none.server': 'Verify the server to see what Berth finds itself, or look at this computer.',
  'explain.none.entry': 'The doctor shows what is wrong with this computer.',
  'explain.cut': 'Only its end was looked through: it is long.',
  'explain.doctor': 'Open the doctor',
} as const;
