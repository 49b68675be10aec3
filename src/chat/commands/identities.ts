// `/playbook identities`: an admin confirms which platform account belongs to which person. An e-mail address only proposes that.
import type { Account } from '../../access/bindings.ts';
import { isRefusal, refuse } from '../../model/errors.ts';
import { notice } from '../notices.ts';
import type { ChatCommand } from './command.ts';

export const identities: ChatCommand = {
  name: 'identities',
  usage: 'identities [confirm <account>]',
  summary: 'For admins: confirm who is who on Slack and Teams',
  run: async (desk, asked) => {
    const denied = desk.access.mayAdminister(asked.person, asked.actor);
    if (denied !== null) return denied;
    const [verb, which] = asked.words.words;
    const proposals = await desk.access.proposals();
    if (verb === undefined) {
      const facts = proposals.map((proposal) => ({ name: nameOf(proposal), value: `says to be ${proposal.person}` }));
      return {
        visibility: 'private',
        view: notice({
          title: facts.length === 0 ? 'No identity waits for confirmation' : 'Waiting for confirmation',
          facts,
          text: facts.length === 0 ? [] : ['Confirm one with /playbook identities confirm <account>, as it is called here.'],
        }),
      };
    }
    // By name: a place in the list may be somebody else's by the time it is typed.
    const proposal = proposals.find((one) => nameOf(one) === which);
    if (verb !== 'confirm' || proposal === undefined) return refuse('That is not one of the proposals.', 'See /playbook identities.');
    const done = await desk.access.confirm(asked.person, proposal);
    if (done !== null && isRefusal(done)) return done;
    return {
      visibility: 'private',
      view: notice({ title: `${proposal.platform} ${proposal.user} is ${proposal.person} from now on`, tone: 'good' }),
    };
  },
};

function nameOf({ platform, tenant, user }: Account): string {
  return `${platform}:${tenant}/${user}`;
}
