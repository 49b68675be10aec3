// Closes an incident with a classification. Closing without one, or with a reason that does not belong to it, is refused by Sentinel.
import { type Action, defineAction } from '../../model/action.ts';
import { CLASSIFICATION_REASONS } from '../../model/incident.ts';
import type { Lazy } from '../lazy.ts';
import type { SentinelClient } from './client.ts';
import { CloseIncidentInput, IncidentOutput } from './schemas.ts';
import { changeAndComment, targetOf } from './shared.ts';

export function closeIncident(sentinel: Lazy<SentinelClient>): Action {
  return defineAction({
    name: 'sentinel.close_incident',
    description: 'Closes an incident in Sentinel with classification, reason and comment.',
    effect: 'write',
    input: CloseIncidentInput,
    output: IncidentOutput,
    describe: (input) =>
      `Close ${targetOf(input)} in Sentinel as ${[input.classification, input.reason].filter((part) => part !== undefined).join(' - ')}`,
    run(input, context) {
      // Where a classification has one reason only, it need not be said.
      const reason = input.reason ?? CLASSIFICATION_REASONS[input.classification][0] ?? '';
      const close = { classification: input.classification, reason, comment: input.comment ?? '' };
      return changeAndComment(sentinel, { incident: input.incident }, { close }, context);
    },
  });
}
