// Reads an incident as it stands now, which may differ from what the run started with.
import { type Action, defineAction } from '../../model/action.ts';
import type { Lazy } from '../lazy.ts';
import type { SentinelClient } from './client.ts';
import { GetIncidentInput, IncidentOutput } from './schemas.ts';
import { incidentOf, incidentOutput, targetOf } from './shared.ts';

export function getIncident(sentinel: Lazy<SentinelClient>): Action {
  return defineAction({
    name: 'sentinel.get_incident',
    description: 'Reads an incident as it stands now in Sentinel.',
    effect: 'read',
    input: GetIncidentInput,
    output: IncidentOutput,
    describe: (input) => `Read ${targetOf(input)} in Sentinel`,
    run: async (input, context) => incidentOutput((await sentinel().read(incidentOf(input, context), context.signal)).parsed),
  });
}
