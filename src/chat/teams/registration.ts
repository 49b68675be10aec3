// What Picket registers with Teams: its path and the names of its commands.

/** Words a command may start with; the first one is meant when none is written. */
export const COMMANDS = ['playbook'] as const;

/** Path of the shared port that belongs to Teams: the messaging endpoint of the Azure Bot. */
export const PATH = '/api/messages';
