// Playbooks with one mistake each, and what the loader says about it.
import { approval, DISABLE, NOTE } from './pieces.ts';
import { playbook } from './support.ts';

/** Text, and what is said about it; steps begin at line 5. */
export const REFUSED: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an unknown field',
    playbook('- { action: chat.post_incident, with: { channel: soc }, tmeout: 5s }'),
    ['5: unknown field tmeout (did you mean timeout?)'],
  ],
  [
    'an unknown action',
    playbook('- { action: chat.post_incidnt }'),
    ['5: unknown action chat.post_incidnt (did you mean chat.post_incident?)'],
  ],
  [
    'a wrong input name',
    playbook('- { action: chat.post_incident, with: { chanel: soc } }'),
    [
      '5: chat.post_incident needs the input channel (Name of a channel in picket.yaml)',
      '5: chat.post_incident has no input chanel (did you mean channel?)',
    ],
  ],
  [
    'literals of the wrong type or size',
    playbook(
      '- { action: servicenow.create_incident, with: { short_description: 5, urgency: 9 } }\n- { action: sentinel.close_incident, with: { classification: Benign } }',
    ),
    ['5: short_description must be text', '5: urgency must be at most 3', '6: classification must be BenignPositive or TruePositive'],
  ],
  [
    'expressions of the wrong type',
    playbook(
      '- { action: servicenow.create_incident, with: { short_description: "${{ incident.number }}", urgency: "${{ incident.title }}" } }\n- { action: sentinel.close_incident, with: { classification: BenignPositive, tags: ["${{ incident.number }}"] } }',
    ),
    [
      '5: short_description is a whole number, but must be text (convert it with string())',
      '5: urgency is text, but must be a whole number (convert it with int())',
      '6: tags.0 is a whole number, but must be text (convert it with string())',
    ],
  ],
  [
    'an entity of another kind',
    playbook(`${approval()}\n- if: decision.choice == "block"\n  steps:\n  - { action: entra.disable_user, with: { user: "\${{ ip }}" } }`),
    ['13: user is an entity of kind ip, but must be an entity of kind account or text (pick a field, e.g. .value or .display)'],
  ],
  [
    'a forward reference',
    playbook(
      '- { action: servicenow.close_incident, with: { ticket: "${{ b.sys_id }}" } }\n- { id: b, action: servicenow.create_incident, with: { short_description: x } }',
    ),
    ['5: step b has not run yet here: it stands at line 6 (move it before this one)'],
  ],
  [
    'a reference into a condition',
    playbook(
      '- if: incident.number > 3\n  steps:\n  - { id: b, action: servicenow.create_incident, with: { short_description: x } }\n- { action: servicenow.close_incident, with: { ticket: "${{ b.sys_id }}" } }',
    ),
    ['8: step b may not have run: it stands inside another step (line 7) (move what needs it beside it)'],
  ],
  [
    'a reference to a step with a when',
    playbook(
      '- { id: b, when: incident.number > 3, action: servicenow.create_incident, with: { short_description: x } }\n- { action: servicenow.close_incident, with: { ticket: "${{ b.sys_id }}" } }',
    ),
    ['6: step b may not have run: it has a when (line 5) (put both steps into an if)'],
  ],
  [
    'a reference to a sibling branch',
    playbook(
      '- parallel:\n  - { name: a, steps: [{ id: t, action: servicenow.create_incident, with: { short_description: x } }] }\n  - { name: b, steps: [{ action: servicenow.close_incident, with: { ticket: "${{ t.sys_id }}" } }] }',
    ),
    ['7: step t may not have run: it stands inside another step (line 6) (move what needs it beside it)'],
  ],
  [
    'a reference into branches that may be skipped',
    playbook(
      '- when: incident.number > 3\n  parallel:\n  - { name: a, steps: [{ id: t, action: servicenow.create_incident, with: { short_description: x } }] }\n  - { name: b, steps: [{ wait: 5m }] }\n- { action: servicenow.close_incident, with: { ticket: "${{ t.sys_id }}" } }',
    ),
    ['9: step t may not have run: it stands inside another step (line 7) (move what needs it beside it)'],
  ],
  [
    'a misspelt field of an output',
    playbook(
      '- { id: t, action: servicenow.create_incident, with: { short_description: x } }\n- { action: servicenow.close_incident, with: { ticket: "${{ t.sysid }}" } }',
    ),
    ['6: t has no field sysid (did you mean sys_id?)'],
  ],
  [
    'ok of a step that fails the run',
    playbook(`- { id: t, ${NOTE.slice(2)}\n- { when: t.ok, ${NOTE.slice(2)}`),
    ['6: t has no field ok (there is card, message)'],
  ],
  [
    'two steps with one id',
    playbook(`- { id: b, ${NOTE.slice(2)}\n- { id: b, ${NOTE.slice(2)}`),
    ['6: there are two steps called b (the other is at line 5)'],
  ],
  [
    'an id that means something else',
    playbook(`- { id: account, ${NOTE.slice(2)}`),
    ['5: account cannot be the id of a step: the name has a meaning of its own (take another name)'],
  ],
  [
    'an id that cannot be a name',
    playbook(`- { id: My Step, ${NOTE.slice(2)}`),
    ['5: id must be lower-case letters, digits and _, starting with a letter, at most 40'],
  ],
  [
    'an entity that the trigger does not give',
    playbook('- { action: chat.post, with: { channel: soc, text: "${{ host.display }}" } }'),
    ['5: host is not given by the trigger (add host to on.incident.entities, or loop over hosts)'],
  ],
  [
    'a list in an entity playbook',
    playbook('- { action: chat.post, with: { channel: soc, text: "${{ ips[0].value }}" } }', { on: 'entity: account' }),
    ['5: ips is not given to an entity playbook (use the entity it runs on)'],
  ],
  [
    'one kind of several',
    playbook('- { action: chat.post, with: { channel: soc, text: "${{ ip.value }}" } }', { on: 'entity: [account, ip]' }),
    ['5: ip is not given by the trigger (use entity, or make one playbook for each kind)'],
  ],
  ['an unknown channel', playbook(approval().replace('[soc]', '[sok]')), ['9: unknown channel sok (did you mean soc?)']],
  ['an unknown role', playbook(approval().replace('channels: [soc]', 'email: [admins]')), ['9: unknown role admins (did you mean admin?)']],
  [
    'a question to nobody',
    playbook(approval().replace('{ channels: [soc] }', '{}')),
    ['9: nobody is asked (name channels, or roles under email or direct)'],
  ],
  ['a default that is no choice', playbook(approval(', choice: blok')), ['10: blok is not one of the choices (did you mean block?)']],
  [
    'a duration in words',
    playbook('- { wait: 5 minutes }'),
    ['5: 5 minutes is not a duration (write a whole number and s, m, h or d, e.g. 30s, 5m, 4h, 2d)'],
  ],
  [
    'a wait for a number',
    playbook('- { wait: "${{ incident.number }}" }'),
    ['5: the wait is a whole number, not a duration (write a whole number and s, m, h or d, e.g. 30s, 5m, 4h, 2d)'],
  ],
  [
    'a condition that is text',
    playbook(`- { if: incident.title, steps: [${NOTE}] }`),
    ['5: the expression is text, not true or false (compare it, e.g. x == "y")'],
  ],
  [
    'a loop over one thing',
    playbook(`- { for: { each: account, as: a }, steps: [${NOTE}] }`),
    ['5: the expression is an entity of kind account, not a list'],
  ],
  [
    'a loop variable that hides another',
    playbook(`- { for: { each: accounts, as: incident }, steps: [${NOTE}] }`),
    ['5: incident is already the name of something else (take another name)'],
  ],
  [
    'a list inside text',
    playbook('- { action: chat.post, with: { channel: soc, text: "all ${{ accounts }}" } }'),
    ['5: a list cannot stand inside text (write accounts.map(x, x.display).join(", "))'],
  ],
  [
    'an expression that is not closed',
    playbook('- { action: chat.post, with: { channel: soc, text: "all ${{ incident.title }" } }'),
    ['5: ${{ is not closed (end the expression with }})'],
  ],
  [
    'a regular expression',
    playbook('- { when: incident.title.matches("(a+)+$"), wait: 5m }'),
    ['5: matches is not available: a regular expression can hang the process (use like(text, "*glob*"))'],
  ],
  [
    'two kinds of step in one',
    playbook('- { action: chat.post, wait: 5m }'),
    ['5: a step cannot be action and wait at once (make a step of each)'],
  ],
  [
    'a step of no kind',
    playbook('- { wiat: 5m }'),
    ['5: a step must have one of action, approval, if, parallel, for, wait (did you mean wait?)'],
  ],
  [
    'a step that is a word',
    playbook('- wait'),
    ['5: a step must be a map (it begins with one of action, approval, if, parallel, for, wait)'],
  ],
  [
    'two triggers',
    playbook('- { wait: 5m }', { on: 'incident: {}, alert: {}' }),
    ['3: on must be exactly one of incident, alert and entity'],
  ],
  [
    'an input that is neither required nor has a default',
    playbook('- { wait: 5m }', { head: 'inputs: { n: { type: number, required: false } }' }),
    ['7: n is not required, so it needs a default (add default:)'],
  ],
  [
    'a default of the wrong type',
    playbook('- { wait: 5m }', { head: 'inputs: { n: { type: duration, default: soon } }' }),
    ['7: the default is not a duration (write a whole number and s, m, h or d, e.g. 30s, 5m, 4h, 2d)'],
  ],
  ['aliases', playbook('- &a { wait: 5m }\n- *a'), ['5: YAML anchors are not allowed (write the value out where it is needed)']],
  ['a duplicate key', playbook('- { wait: 5m, wait: 6m }'), ['5: YAML: Map keys must be unique']],
  ['an empty file', '', ['1: the file must be a map']],
  [
    'a destructive step without an approval',
    playbook(`- ${DISABLE}`),
    ['5: entra.disable_user is destructive and no approval comes before it (put an approval step before it, or say unattended: <reason>)'],
  ],
  [
    'a destructive step whatever is chosen',
    playbook(`${approval()}\n- ${DISABLE}`),
    [
      '11: entra.disable_user is destructive and runs whatever is chosen in decision (put it into if: decision.choice == "block", or say unattended: <reason>)',
    ],
  ],
  [
    'a destructive step when nobody answers',
    playbook(`${approval(', choice: block')}\n- if: decision.choice == "block"\n  steps:\n  - ${DISABLE}`),
    [
      '13: entra.disable_user is destructive and would run when nobody answers decision (take block out of expires.choice, or say unattended: <reason>)',
    ],
  ],
  [
    'a destructive step after an approval that may be skipped',
    playbook(`${approval().replace('- id', '- when: incident.number > 3\n  id')}\n- ${DISABLE}`),
    ['12: entra.disable_user is destructive and no approval comes before it (put an approval step before it, or say unattended: <reason>)'],
  ],
  [
    'a destructive step beside the approval in another branch',
    playbook(`- parallel:\n  - name: a\n    steps:\n${approval().replaceAll(/^/gm, '    ')}\n  - { name: b, steps: [${DISABLE}] }`),
    ['14: entra.disable_user is destructive and no approval comes before it (put an approval step before it, or say unattended: <reason>)'],
  ],
  [
    'an approval that nobody may answer',
    playbook(approval()).replace('approve: [admin]', ''),
    ['5: nobody may answer this approval (name roles in approvers, or in permissions.approve)'],
  ],
];
