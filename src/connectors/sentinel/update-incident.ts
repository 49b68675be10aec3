// Changes severity, status, owner and tags of an incident in one write.
import { type Action, defineAction } from '../../model/action.ts';
import type { Lazy } from '../lazy.ts';
import type { SentinelClient } from './client.ts';
import { IncidentOutput, UpdateIncidentInput } from './schemas.ts';
import { changeAndComment, targetOf } from './shared.ts';

export function updateIncident(sentinel: Lazy<SentinelClient>): Action {
  return defineAction({
    name: 'sentinel.update_incident',
    description: 'Changes severity, status, owner or tags of an incident in Sentinel.',
    effect: 'write',
    input: UpdateIncidentInput,
    output: IncidentOutput,
    describe(input) {
      const parts = [
        input.severity === undefined ? '' : `severity ${input.severity}`,
        input.status === undefined ? '' : `status ${input.status}`,
        input.owner === undefined ? '' : `owner ${input.owner || 'nobody'}`,
        input.add_tags === undefined ? '' : `add tags ${input.add_tags.join(', ')}`,
        input.remove_tags === undefined ? '' : `remove tags ${input.remove_tags.join(', ')}`,
      ].filter((part) => part !== '');
      return `Update ${targetOf(input)} in Sentinel: ${parts.join('; ') || 'nothing'}`;
    },
    run(input, context) {
      const { severity, status, owner, add_tags: addTags, remove_tags: removeTags } = input;
      return changeAndComment(sentinel, input, { severity, status, owner, addTags, removeTags }, context);
    },
  });
}
