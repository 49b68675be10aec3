// The inventory: find machines by name, address or device, and read one.
import { type Answer, type Call, json, Problem } from '../call.ts';
import { compileFilter, readTop } from '../odata.ts';
import type { World } from '../world.ts';
import type { Machine } from './state.ts';

const FILTERABLE = ['id', 'computerDnsName', 'aadDeviceId', 'lastIpAddress', 'lastSeen', 'healthStatus', 'osPlatform', 'riskScore'];

export function listMachines(world: World, call: Call): Answer {
  const filter = call.query.get('$filter');
  const matches = filter === null ? () => true : compileFilter(filter, FILTERABLE);
  const top = readTop(call.query.get('$top'), { default: 10_000, max: 10_000 });
  const value = world.defender.machines.filter(matches).slice(0, top);
  return json(200, { '@odata.context': `${call.base}/api/$metadata#Machines`, value });
}

export function getMachine(world: World, call: Call, [id = '']: readonly string[]): Answer {
  return json(200, { '@odata.context': `${call.base}/api/$metadata#Machines/$entity`, ...findMachine(world, id) });
}

/** By id, or by the full computer name as the real one allows. */
export function findMachine(world: World, id: string): Machine {
  const found = world.defender.machines.find((machine) => machine.id === id.toLowerCase() || machine.computerDnsName === id.toLowerCase());
  if (found === undefined) throw new Problem(404, 'ResourceNotFound', `Machine ${id} was not found`);
  return found;
}
