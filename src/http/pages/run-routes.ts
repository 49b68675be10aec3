// `GET /runs/:id?t=`: the log of a run, for the one person the link was made for.
import { Hono } from 'hono';
import type { RunLog } from '../../model/run.ts';
import type { Links } from '../links.ts';
import { errorPage } from './layout.ts';
import { runLogPage } from './run-log.ts';

export interface RunRoutesOptions {
  readonly links: Links;
  /** The log of a run that may be shown to this person; null when there is none. */
  runLog(runId: string, personId: string): Promise<RunLog | null>;
  /** The name of a person, the id itself when unknown. */
  nameOf(personId: string): string;
}

export function runRoutes({ links, runLog, nameOf }: RunRoutesOptions): Hono {
  return new Hono().get('/runs/:id', async (context) => {
    const id = context.req.param('id');
    const token = context.req.query('t') ?? '';
    const check = await links.verify({ purpose: 'run-log', id, token });
    if (check.kind === 'expired') {
      return context.html(
        errorPage({ title: 'This link has expired', text: 'Links to a run log work for 12 hours.', remedy: NEW_LINK }),
        410,
      );
    }
    if (check.kind === 'forged') {
      return context.html(
        errorPage(
          token === ''
            ? {
                title: 'This address needs a link of your own',
                text: 'Tickets and comments name the run, but open nothing by themselves.',
                remedy: NEW_LINK,
              }
            : { title: 'This link is not valid', text: 'It is incomplete, or it was not made for this run.', remedy: NEW_LINK },
        ),
        403,
      );
    }
    const log = await runLog(id, check.person);
    if (log === null) {
      return context.html(
        errorPage({
          title: 'There is no such run',
          text: 'It does not exist, or you may not see it.',
          remedy: 'Type /playbook runs in chat to see the latest runs.',
        }),
        404,
      );
    }
    return context.html(runLogPage({ log, nameOf }));
  });
}

const NEW_LINK = 'Press "Run log" on the card, or type /playbook show with the number of the run, to get a new link of your own.';
