// Commits that nobody waits for the disk with.

/**
 * Joined into a statement that is a transaction of its own, it makes that commit return before it is on disk. Commits reach the disk in
 * their order, so the next ordinary commit makes this one durable too, and after a crash of the database server (not of Picket) the
 * rows stand as they did a moment ago. Only for what is written again then, or leads to an ordinary commit before anything outside happens.
 * Never inside a transaction with other statements: it would relax all of it.
 */
export const RELAXED = `(SELECT set_config('synchronous_commit', 'off', true)) AS relaxed`;
