// Adds a comment to an incident, under an id made from the step's key: repeating it edits the same comment.
import { type Action, defineAction } from '../../model/action.ts';
import { uuidFromKey } from '../action-key.ts';
import type { Lazy } from '../lazy.ts';
import type { SentinelClient } from './client.ts';
import { AddCommentInput, CommentOutput } from './schemas.ts';
import { commentHtml, incidentOf, targetOf } from './shared.ts';

export function addComment(sentinel: Lazy<SentinelClient>): Action {
  return defineAction({
    name: 'sentinel.add_comment',
    description: 'Adds a comment to an incident in Sentinel.',
    effect: 'write',
    input: AddCommentInput,
    output: CommentOutput,
    describe: (input) => `Comment on ${targetOf(input)} in Sentinel`,
    async run(input, context) {
      const armId = incidentOf(input, context);
      const id = uuidFromKey(context.key, 'comment');
      await sentinel().comment({ armId, id, html: commentHtml(input.text) }, context.signal);
      return { incident: armId, comment: id };
    },
  });
}
