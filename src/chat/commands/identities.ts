// `/playbook identities`: an admin confirms which platform account belongs to which person. An e-mail address only proposes that.
import { isRefusal, refuse } from '../../model/errors.ts';
import { notice } from '../notices.ts';
import type { ChatCommand } from './command.ts';

export const identities: ChatCommand = {
  name: 'identities',
  usage: 'identities [confirm <number>]',
  summary: 'For admins: confirm who is who on Slack and Teams',
  run: async (desk, asked) => {
    const denied = desk.access.mayAdminister(asked.person);
    if (denied !== null) return denied;
    const [verb, which] = asked.words.words;
    const proposals = await desk.access.proposals();
    if (verb === undefined) {
      const facts = proposals.map((proposal, index) => ({
        name: `${index + 1}`,
        value: `${proposal.platform} ${proposal.tenant}/${proposal.user} says to be ${proposal.person}`,
      }));
      return {
        visibility: 'private',
        view: notice({
          title: facts.length === 0 ? 'No identity waits for confirmation' : 'Waiting for confirmation',
          facts,
          text: facts.length === 0 ? [] : ['Confirm one with /playbook identities confirm <number>.'],
        }),
      };
    }
    const proposal = proposals[Number(which) - 1];
    if (verb !== 'confirm' || proposal === undefined) return refuse('That is not one of the proposals.', 'See /playbook identities.');
    const done = await desk.access.confirm(asked.person, proposal);
    if (done !== null && isRefusal(done)) return done;
    return {
      visibility: 'private',
      view: notice({ title: `${proposal.platform} ${proposal.user} is ${proposal.person} from now on`, tone: 'good' }),
    };
  },
};
