// Takes tags away from an incident; tags that are not there are no error.
import { type Action, defineAction } from '../../model/action.ts';
import type { Lazy } from '../lazy.ts';
import type { SentinelClient } from './client.ts';
import { IncidentOutput, TagsInput } from './schemas.ts';
import { changeAndComment, targetOf } from './shared.ts';

export function removeTags(sentinel: Lazy<SentinelClient>): Action {
  return defineAction({
    name: 'sentinel.remove_tags',
    description: 'Takes tags away from an incident in Sentinel.',
    effect: 'write',
    input: TagsInput,
    output: IncidentOutput,
    describe: (input) => `Remove from ${targetOf(input)} in Sentinel: tags ${input.tags.join(', ')}`,
    run: (input, context) => changeAndComment(sentinel, input, { removeTags: input.tags }, context),
  });
}
