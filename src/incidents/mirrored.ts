// Actions that change an incident at its source: the incident's card must follow, so each of them is followed by a look.

import type { ParsedIncident } from '../connectors/sentinel/parse.ts';
import type { Action, ActionCatalogue } from '../model/action.ts';
import { messageOf } from '../model/errors.ts';

export interface MirrorSettings {
  /** Reads the incident as its source has it now. */
  readonly read: (armId: string, signal: AbortSignal) => Promise<ParsedIncident>;
  readonly mirror: (incident: ParsedIncident) => Promise<void>;
}

const LOOK_LIMIT_MS = 10_000;

/** The same catalogue; its writing Sentinel actions bring the saved incident up to date before they are done. */
export function mirrored(catalogue: ActionCatalogue, settings: MirrorSettings): ActionCatalogue {
  const wrap = (action: Action): Action => {
    if (!action.name.startsWith('sentinel.') || action.effect === 'read') return action;
    return {
      ...action,
      run: async (input, context) => {
        const output = await action.run(input, context);
        const armId = context.incident?.armId ?? '';
        if (armId === '') return output;
        try {
          await settings.mirror(await settings.read(armId, AbortSignal.timeout(LOOK_LIMIT_MS)));
        } catch (error) {
          // The write itself is done; the next change of the incident brings the card up to date.
          context.log.warn('the incident could not be read back', { armId, error: messageOf(error) });
        }
        return output;
      },
    };
  };
  const actions = new Map(catalogue.list().map((action) => [action.name, wrap(action)]));
  return { get: (name) => actions.get(name), list: () => [...actions.values()], unavailable: (name) => catalogue.unavailable(name) };
}
