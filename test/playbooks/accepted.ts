// Steps that look wrong at first sight and are right.
import { approval, DISABLE, NOTE } from './pieces.ts';

export const ACCEPTED: readonly (readonly [string, string])[] = [
  [
    'a destructive step that one choice leads to',
    `${approval(', choice: ignore')}\n- if: decision.choice == "block" && incident.number > 3\n  steps:\n  - ${DISABLE}`,
  ],
  [
    'a destructive step in the else of the other choice',
    `${approval()}\n- if: decision.choice == "ignore"\n  steps:\n  - ${NOTE}\n  else:\n  - ${DISABLE}`,
  ],
  ['a destructive step whose when asks for the choice', `${approval()}\n- { when: decision.choice == "block", ${DISABLE.slice(2)}`],
  [
    'a destructive step in branches and loops below the choice',
    `${approval()}\n- if: decision.choice == "block"\n  steps:\n  - for: { each: accounts, as: each_one }\n    steps:\n    - { action: entra.disable_user, with: { user: "\${{ each_one }}" } }`,
  ],
  ['a destructive step with a reason', `- { unattended: agreed with the owner of the test tenant, ${DISABLE.slice(2)}`],
  ['an approval with one choice', `${approval().replace(', ignore: Ignore', '')}\n- ${DISABLE}`],
  [
    'what branches left, after the join',
    '- parallel:\n  - { name: a, steps: [{ id: t, action: servicenow.create_incident, with: { short_description: x } }] }\n  - { name: b, steps: [{ wait: 5m }] }\n- { action: servicenow.close_incident, with: { ticket: "${{ t.sys_id }}" } }',
  ],
  [
    'ok and error of a step that may fail',
    `- { id: t, on_error: continue, ${NOTE.slice(2)}\n- { when: "!t.ok && t.error != ''", ${NOTE.slice(2)}`,
  ],
  ['a bare expression in ${{ }}', `- { if: "\${{ incident.severity == 'High' }}", steps: [${NOTE}] }`],
  ['a wait for an input', `- { wait: "\${{ inputs.pause }}" }`],
];
