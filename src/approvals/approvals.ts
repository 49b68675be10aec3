// The room's front: an answer from any surface is authorised when it arrives and then decided once by the engine.
import type { Access } from '../access/access.ts';
import { recordAudit } from '../audit/audit.ts';
import type { Engine } from '../engine/engine.ts';
import { readApproval } from '../engine/history.ts';
import type { ChatOutbox } from '../model/chat.ts';
import { isRefusal, type Refusal } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Actor, Person } from '../model/person.ts';
import type { MessageRef } from '../model/place.ts';
import type { Answered, Approval, Via } from '../model/run.ts';
import { isUuid } from '../model/uuid.ts';
import { adoptMessage } from '../outbox/surfaces.ts';
import type { Store } from '../store/db.ts';

export interface GivenAnswer {
  readonly approvalId: string;
  readonly choice: string;
  readonly actor: Actor;
  /** The copy it was given on; null for the e-mail's page. */
  readonly message: MessageRef | null;
}

export interface Approvals {
  answer(given: GivenAnswer): Promise<Answered | Refusal>;
  /** null when this person may see the question and its evidence now: they could answer it. */
  mayOpen(approvalId: string, personId: string): Promise<Refusal | null>;
  /** Reminds those who were asked, where they were asked. */
  remind(approvalId: string): Promise<void>;
}

export function createApprovals(settings: { store: Store; engine: () => Engine; access: Access; chat: ChatOutbox; log: Log }): Approvals {
  const { store, access, log } = settings;
  return {
    answer: async (given) => {
      const approval = isUuid(given.approvalId) ? await readApproval(store, given.approvalId) : null;
      if (approval === null) return { kind: 'unknown' };
      if (given.message !== null) await adoptMessage(store, { kind: 'approval', id: approval.id }, given.message);
      const person = await access.identify(given.actor);
      const refusal = isRefusal(person) ? person : access.mayApprove(person, given.actor, approval.approvers);
      if (isRefusal(person) || refusal !== null) {
        const refused = isRefusal(person) ? person : refusal;
        await recordRefusal(store, given, refused);
        log.info('answer refused', { approvalId: approval.id, actor: `${given.actor.platform}:${given.actor.tenant}/${given.actor.user}` });
        return refused ?? { kind: 'unknown' };
      }
      return settings.engine().decide({
        approvalId: approval.id,
        person: { id: person.id, name: person.name },
        choice: given.choice,
        via: viaOf(given.actor),
        eligible: access.countHolders(approval.approvers),
        lapsed: await lapsedVoters(access, approval),
      });
    },
    mayOpen: async (approvalId, personId) => {
      const approval = isUuid(approvalId) ? await readApproval(store, approvalId) : null;
      const person = await access.identify(mailActor(personId));
      if (isRefusal(person) || approval === null) return isRefusal(person) ? person : null;
      return access.mayApprove(person, mailActor(personId), approval.approvers);
    },
    remind: async (approvalId) => {
      const approval = await readApproval(store, approvalId);
      if (approval === null || approval.decision !== null) return;
      const { rows } = await store.query<{ ask: { channels: readonly string[] } }>('SELECT ask FROM approval WHERE id = $1', [approvalId]);
      for (const channel of rows[0]?.ask.channels ?? []) {
        await settings.chat.post({
          key: `remind:${approvalId}:${channel}`,
          channel,
          replyTo: '',
          title: 'Still waiting for a decision',
          text: approval.question,
        });
      }
    },
  };
}

/** People who voted and have lost the role since: a quorum is made of those who may decide when it is reached. */
async function lapsedVoters(access: Access, { votes, approvers }: Approval): Promise<readonly string[]> {
  const standing = await Promise.all(votes.map(async ({ person }) => ((await access.stillMay(person, approvers)) ? null : person)));
  return standing.filter((person) => person !== null);
}

async function recordRefusal(store: Store, given: GivenAnswer, refusal: Refusal | null): Promise<void> {
  await recordAudit(store, {
    kind: 'refused',
    who: `${given.actor.platform}:${given.actor.tenant}/${given.actor.user}`,
    what: { approval: given.approvalId, choice: given.choice, why: refusal?.why ?? '' },
  });
}

function viaOf(actor: Actor): Via {
  return actor.platform;
}

/** The person an e-mail link was signed for, as an actor. */
export function mailActor(person: Person['id']): Actor {
  return { platform: 'email', tenant: '', user: person, display: person, external: false };
}
