// Playbooks for the engine's tests: one action that counts, and every way to wait.
const head = (name: string): string => `name: ${name}
description: For tests.
on: { entity: ip }
permissions: { run: [analyst], approve: [admin] }
steps:
`;

const approval = (expires: string, quorum = 1): string => `  - id: decision
    approval:
      question: "Block \${{ ip.value }}?"
      choices: { block: { label: Block, style: destructive }, ignore: { label: Ignore } }
      ask: { channels: [soc] }
      quorum: ${quorum}
      expires: ${expires}
  - if: decision.choice == "block"
    steps:
      - { id: b, action: fake.effect, with: { name: b } }
    else:
      - { id: c, action: fake.effect, with: { name: c } }
`;

const A = '  - { id: a, action: fake.effect, with: { name: a } }\n';

/** a, then block leads to b and ignore to c. */
export const ASK = `${head('ask')}${A}${approval('{ after: 1h }')}`;
/** The same with a limit of one second that falls to ignore. */
export const SHORT = `${head('short')}${A}${approval('{ after: 1s, choice: ignore }')}`;
/** Nobody answers: the run ends as expired. */
export const NO_DEFAULT = `${head('no-default')}${A}${approval('{ after: 1s }')}`;
export const QUORUM = `${head('quorum')}${A}${approval('{ after: 1h }', 2)}`;
export const ESCALATE = `${head('escalate')}${A}${approval('{ after: 1s, escalate: { ask: { channels: [soc] }, after: 1h } }')}`;
export const PARALLEL = `${head('parallel')}  - id: both
    parallel:
      - name: x
        steps: [{ id: x1, action: fake.effect, with: { name: x1 } }, { id: x2, action: fake.effect, with: { name: x2 } }]
      - name: y
        steps: [{ id: y1, action: fake.effect, with: { name: y1 } }, { id: y2, action: fake.effect, with: { name: y2 } }]
  - { id: z, action: fake.effect, with: { name: z } }
`;
export const LOOP = `${head('loop')}  - id: each
    for: { each: "['one', 'two', 'three']", as: item }
    steps:
      - { id: e, action: fake.effect, with: { name: "\${{ item }}" } }
`;
export const WAIT = `${head('wait')}${A}  - { id: pause, wait: 1s }
  - { id: b, action: fake.effect, with: { name: b } }
`;
export const RETRY = `${head('retry')}  - { id: a, action: fake.effect, with: { name: a }, retry: { attempts: 3, delay: 1s, factor: 1 } }
`;
export const SLOW = `${head('slow')}  - { id: a, action: fake.effect, with: { name: a }, timeout: 1s, retry: { attempts: 1 } }
`;
export const GOES_ON = `${head('goes-on')}  - { id: a, action: fake.effect, with: { name: a }, on_error: continue, retry: { attempts: 1 } }
  - if: a.ok
    steps: [{ id: b, action: fake.effect, with: { name: b } }]
    else: [{ id: c, action: fake.effect, with: { name: c } }]
`;
export const FIVE = `${head('five')}${[1, 2, 3, 4, 5].map((n) => `  - { id: s${n}, action: fake.effect, with: { name: s${n} } }\n`).join('')}`;
/** Waits for people for an hour, and may live for five seconds. */
export const LIMITED = `${head('limited').replace('steps:', 'time_limit: 5s\nsteps:')}${A}${approval('{ after: 1h }')}`;
/** One branch asks, the other acts; then both are over. */
export const BRANCHES = `${head('branches')}  - id: both
    parallel:
      - name: x
        steps: [{ id: x1, action: fake.effect, with: { name: x1 } }]
      - name: y
        steps:
          - { id: early, approval: { question: "Early?", choices: { yes: { label: Yes }, no: { label: No } }, ask: { channels: [soc] }, quorum: 2, expires: { after: 1h } } }
      - name: z
        steps:
          - { id: late, approval: { question: "Late?", choices: { yes: { label: Yes }, no: { label: No } }, ask: { channels: [soc] }, quorum: 1, expires: { after: 1h } } }
  - { id: z, action: fake.effect, with: { name: z } }
`;
