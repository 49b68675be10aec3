// What an approval says about its choices before anybody chooses.
import { describe, expect, it } from 'vitest';
import { nextFor } from '../../src/playbooks/next.ts';
import { buildScope } from '../../src/playbooks/scope.ts';
import { approval, DISABLE, NOTE } from './pieces.ts';
import { describeAction, incident, load, playbook, run } from './support.ts';

const BLOCK_IP = '{ action: paloalto.block_ip, with: { ip: "${{ ip.value }}" } }';

/** Lines by choice, of the first thing that is asked. */
function effects(steps: string): Readonly<Record<string, readonly string[]>> {
  const loaded = load(playbook(steps));
  const built = buildScope({ playbook: loaded, subject: null, incident, alertId: '', inputs: {}, run });
  if ('refused' in built) throw new Error(built.why);
  const asked = nextFor(loaded, built.scope, new Map(), 'main', describeAction);
  if (asked.kind !== 'ask') throw new Error(`nothing is asked, but ${JSON.stringify(asked)}`);
  return Object.fromEntries(asked.effects.map(({ choice, lines }) => [choice, lines]));
}

describe('the effects of a choice', () => {
  it('are the actions it leads to, with their targets', () => {
    expect(effects(`${approval()}\n- if: decision.choice == "block"\n  steps:\n  - ${DISABLE}\n  - ${BLOCK_IP}\n- ${NOTE}`)).toEqual({
      block: ['Disable alice@contoso.com', 'Block 203.0.113.50', 'Post the incident to soc'],
      ignore: ['Post the incident to soc'],
    });
  });

  it('are none when nothing follows', () => {
    expect(effects(approval())).toEqual({ block: ['Nothing further'], ignore: ['Nothing further'] });
  });

  it('are described without their inputs when those are not known yet', () => {
    const steps = `${approval()}\n- { id: t, action: servicenow.create_incident, with: { short_description: x } }\n- { action: servicenow.comment, with: { ticket: "\${{ t.sys_id }}", text: "\${{ decision.summary }}" } }`;
    expect(effects(steps).block).toEqual(['Open ticket "x"', 'Does servicenow.comment']);
  });

  it('read alike when only the description of an action is known', () => {
    const asked = load(playbook(`${approval()}\n- { id: t, action: servicenow.create_incident, with: { short_description: x } }`));
    const built = buildScope({ playbook: asked, subject: null, incident, alertId: '', inputs: {}, run });
    if ('refused' in built) throw new Error(built.why);
    const said = (text: string) => {
      const next = nextFor(asked, built.scope, new Map(), 'main', () => text);
      return next.kind === 'ask' ? next.effects[0]?.lines : next.kind;
    };
    expect(said('Adds a work note to an incident ticket in ServiceNow.')).toEqual(['Add a work note to an incident ticket in ServiceNow']);
    expect(said('Resolves or closes an incident ticket in ServiceNow.')).toEqual(['Resolve or close an incident ticket in ServiceNow']);
    expect(said('Disable the account alice@contoso.com in Entra ID')).toEqual(['Disable the account alice@contoso.com in Entra ID']);
  });

  it('go through loops, branches and waits', () => {
    const steps = `${approval()}\n- if: decision.choice == "block"\n  steps:\n  - for: { each: accounts, as: one }\n    steps:\n    - { action: entra.disable_user, with: { user: "\${{ one }}" } }\n  - parallel:\n    - { name: a, steps: [${BLOCK_IP}] }\n    - { name: b, steps: [{ wait: 2h }] }`;
    expect(effects(steps).block).toEqual(['Disable alice@contoso.com', 'Block 203.0.113.50', 'Wait 2h']);
  });

  it('say perhaps where the way depends on what is not known yet, and stop at the next question', () => {
    const steps = `${approval()}\n- { id: t, action: servicenow.create_incident, with: { short_description: x } }\n- if: t.open\n  steps:\n  - ${NOTE}\n${approval('', 'second')}\n- ${NOTE}`;
    expect(effects(steps).block).toEqual(['Open ticket "x"', 'Perhaps: Does chat.post_incident', 'Ask: Block alice@contoso.com?']);
  });

  it('stop at a question in a branch, which is said once', () => {
    const second = approval('', 'second').replaceAll(/^/gm, '    ');
    const steps = `${approval()}\n- parallel:\n  - name: a\n    steps:\n${second}\n  - { name: b, steps: [${NOTE}] }\n- ${NOTE}`;
    expect(effects(steps).ignore).toEqual(['Ask: Block alice@contoso.com?', 'Post the incident to soc']);
  });

  it('name what a skipped part would do once, as perhaps', () => {
    const steps = `${approval()}\n- { id: t, action: servicenow.create_incident, with: { short_description: x } }\n- when: t.open\n  parallel:\n  - { name: a, steps: [${NOTE}] }\n  - { name: b, steps: [{ wait: 5m }] }`;
    expect(effects(steps).block).toEqual(['Open ticket "x"', 'Perhaps: Does chat.post_incident', 'Perhaps: Wait']);
  });

  it('are cut after twenty lines', () => {
    const lines = effects(`${approval()}\n${`- ${NOTE}\n`.repeat(30).trim()}`).block ?? [];
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('and 10 more');
  });
});
