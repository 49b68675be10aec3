// Gives an incident to somebody. The owner is named by UPN or object id: only then do Sentinel's own rules notice the change.
import { type Action, defineAction } from '../../model/action.ts';
import type { Lazy } from '../lazy.ts';
import type { SentinelClient } from './client.ts';
import { AssignIncidentInput, IncidentOutput } from './schemas.ts';
import { changeAndComment, targetOf } from './shared.ts';

export function assignIncident(sentinel: Lazy<SentinelClient>): Action {
  return defineAction({
    name: 'sentinel.assign_incident',
    description: 'Makes somebody the owner of an incident in Sentinel, or nobody.',
    effect: 'write',
    input: AssignIncidentInput,
    output: IncidentOutput,
    describe: (input) => `Assign ${targetOf(input)} in Sentinel to ${input.owner || 'nobody'}`,
    run: (input, context) => changeAndComment(sentinel, input, { owner: input.owner }, context),
  });
}
