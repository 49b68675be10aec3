// Adds tags to an incident; tags that are there already stay as they are.
import { type Action, defineAction } from '../../model/action.ts';
import type { Lazy } from '../lazy.ts';
import type { SentinelClient } from './client.ts';
import { IncidentOutput, TagsInput } from './schemas.ts';
import { changeAndComment, targetOf } from './shared.ts';

export function addTags(sentinel: Lazy<SentinelClient>): Action {
  return defineAction({
    name: 'sentinel.add_tags',
    description: 'Adds tags to an incident in Sentinel.',
    effect: 'write',
    input: TagsInput,
    output: IncidentOutput,
    describe: (input) => `Add to ${targetOf(input)} in Sentinel: tags ${input.tags.join(', ')}`,
    run: (input, context) => changeAndComment(sentinel, input, { addTags: input.tags }, context),
  });
}
