// What a run needs next, told by whole walks.
import { describe, expect, it } from 'vitest';
import type { Playbook, Scope } from '../../src/model/playbook.ts';
import { nextFor } from '../../src/playbooks/next.ts';
import { buildScope } from '../../src/playbooks/scope.ts';
import { describeAction, drive, incident, load, playbook, run, succeed } from './support.ts';

function scopeOf(loaded: Playbook): Scope {
  const built = buildScope({ playbook: loaded, subject: null, incident, alertId: '', inputs: {}, run });
  if ('refused' in built) throw new Error(built.why);
  return built.scope;
}

const APPROVAL = `- id: decision
  approval:
    question: Block \${{ account.display }} and \${{ ip.value }}?
    choices: { block: { label: Block, style: destructive }, ignore: Ignore }
    ask: { channels: [soc] }
    expires: { after: 4h }`;

const EXAMPLE = `- { id: ticket, action: servicenow.create_incident, with: { short_description: "\${{ incident.title }}", urgency: 1 } }
- { id: notify, action: chat.post_incident, with: { channel: soc } }
${APPROVAL}
- if: decision.choice == "block"
  steps:
  - { id: disable, action: entra.disable_user, with: { user: "\${{ account }}" } }
  - { id: block_ip, action: paloalto.block_ip, with: { ip: "\${{ ip.value }}" } }
  - { id: note, action: servicenow.comment, with: { ticket: "\${{ ticket.sys_id }}", text: "\${{ decision.summary }}" } }
  else:
  - { id: close, action: sentinel.close_incident, with: { classification: BenignPositive, reason: SuspiciousButExpected } }
  - { id: close_ticket, action: servicenow.close_incident, with: { ticket: "\${{ ticket.sys_id }}" } }`;

describe('the next step', () => {
  it('walks the example to its end on Block', () => {
    const loaded = load(playbook(EXAMPLE));
    const { seen, last } = drive(loaded, scopeOf(loaded), succeed({ output: { sys_id: 's1' } }));
    expect(seen).toEqual([
      'action ticket',
      'action notify',
      'ask decision',
      'note step4',
      'action step4/then/disable',
      'action step4/then/block_ip',
      'action step4/then/note',
    ]);
    expect(last.kind).toBe('done');
  });

  it('says with the question what each choice will do', () => {
    const loaded = load(
      playbook(
        `${APPROVAL}\n- if: decision.choice == "block"\n  steps:\n  - { action: entra.disable_user, with: { user: "\${{ account }}" } }\n  else:\n  - { action: sentinel.close_incident, with: { classification: BenignPositive } }`,
      ),
    );
    const next = nextFor(loaded, scopeOf(loaded), new Map(), 'main', describeAction);
    expect(next).toMatchObject({
      kind: 'ask',
      path: 'decision',
      question: 'Block alice@contoso.com and 203.0.113.50?',
      effects: [
        { choice: 'block', lines: ['Disable alice@contoso.com'] },
        { choice: 'ignore', lines: ['Close the incident'] },
      ],
    });
  });
});
