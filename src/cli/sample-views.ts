// One view of each kind with every part in use, to expand the card templates with.
import type { Button, Fact, View } from '../model/views.ts';

const facts: readonly Fact[] = [{ name: 'Name', value: 'Value' }];
const buttons: readonly Button[] = [
  { label: 'Block', style: 'destructive', verb: 'decide', id: '00000000-0000-4000-8000-000000000000', choice: 'block' },
  { label: 'Ignore', style: 'default', verb: 'decide', id: '00000000-0000-4000-8000-000000000000', choice: 'ignore' },
];
const url = 'https://picket.example.com/';

export const SAMPLE_VIEWS: readonly View[] = [
  {
    card: 'incident',
    number: '#4711',
    title: 'Impossible travel',
    severity: 'High',
    tone: 'attention',
    status: 'New',
    description: 'Two sign-ins from places far apart',
    facts,
    entities: facts,
    runs: facts,
    decisions: facts,
    buttons,
    url,
  },
  {
    card: 'approval',
    question: 'Block alice@contoso.com and 203.0.113.50?',
    state: 'Waiting for 1 of: admin',
    tone: 'warning',
    run: 'Run 17',
    effects: facts,
    evidence: facts,
    votes: facts,
    deadline: 'Nobody answers until 07:12 UTC: nothing is changed',
    buttons,
  },
  { card: 'run', title: 'Run 17', state: 'waiting', tone: 'default', facts, steps: facts, buttons },
  { card: 'notice', title: 'Notice', tone: 'accent', text: ['A paragraph'], facts, buttons, url, urlLabel: 'Open' },
];
