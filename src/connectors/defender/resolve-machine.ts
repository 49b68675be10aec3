// Which machine record is meant. A reinstalled machine leaves its old record behind under the same name: the live one counts, the newest of the dead.
import { entityFromText } from '../../model/entities.ts';
import { ActionError, isRefusal } from '../../model/errors.ts';
import { CallError } from '../call-error.ts';
import { displayOf, type HostInput } from '../inputs.ts';
import type { DefenderClient, Machine } from './client.ts';

export async function resolveMachine(defender: DefenderClient, wanted: HostInput, signal: AbortSignal): Promise<Machine> {
  const host = typeof wanted === 'string' ? entityFromText('host', wanted) : wanted;
  if (isRefusal(host)) throw new ActionError(`${host.why} ${host.remedy}`.trim(), { connector: 'defender' });
  const { defenderId = '', fqdn = '', hostName = '', netBiosName = '' } = host.fields;
  const name = (fqdn || hostName || netBiosName).toLowerCase();
  const found = defenderId !== '' ? await byId(defender, defenderId, signal) : name === '' ? [] : await byName(defender, name, signal);
  const live = found.filter((machine) => machine.healthStatus.toLowerCase() === 'active');
  if (live.length > 1) {
    const listed = live.map(
      (machine) => `${machine.id} (${machine.computerDnsName}, last seen ${machine.lastSeen.slice(0, 16) || 'never'})`,
    );
    throw new ActionError(
      `"${displayOf(wanted)}" is the name of ${live.length} live machines: ${listed.join(', ')}. Nothing was done; give the id of one of them.`,
      {
        connector: 'defender',
      },
    );
  }
  const machine = live[0] ?? [...found].sort((one, other) => other.lastSeen.localeCompare(one.lastSeen))[0];
  if (machine === undefined) {
    throw new ActionError(
      `Defender knows no machine "${displayOf(wanted)}". Give its full name (wks01.contoso.com) or its Defender id, or onboard it.`,
      { connector: 'defender' },
    );
  }
  return machine;
}

async function byId(defender: DefenderClient, id: string, signal: AbortSignal): Promise<readonly Machine[]> {
  try {
    return [await defender.machine(id, signal)];
  } catch (error) {
    if (error instanceof CallError && error.status === 404) return [];
    throw error;
  }
}

/** Machines outside a domain are known by their short name; a short name must be the whole first label. */
async function byName(defender: DefenderClient, name: string, signal: AbortSignal): Promise<readonly Machine[]> {
  const quoted = `'${name.replaceAll("'", "''")}'`;
  if (name.includes('.')) return defender.machinesNamed(`computerDnsName eq ${quoted}`, signal);
  const found = await defender.machinesNamed(`startswith(computerDnsName,${quoted})`, signal);
  return found.filter((machine) => machine.computerDnsName.toLowerCase().split('.')[0] === name);
}
