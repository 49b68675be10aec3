// The one Sentinel workspace of the sandbox, and ARM ids inside it.

export const WORKSPACE = {
  subscription: '11111111-2222-4333-8444-555555555555',
  resourceGroup: 'rg-soc',
  name: 'contoso-sentinel',
  customerId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
} as const;

const PROVIDER = [
  `/subscriptions/${WORKSPACE.subscription}/resourceGroups/${WORKSPACE.resourceGroup}`,
  `providers/Microsoft.OperationalInsights/workspaces/${WORKSPACE.name}/providers/Microsoft.SecurityInsights`,
].join('/');

/** ARM ids are case-insensitive and come in mixed case: the service itself writes `Incidents` and `Entities`. */
export function armId(kind: 'Incidents' | 'Entities' | 'alertRules', ...names: readonly string[]): string {
  return [PROVIDER, kind, ...names].join('/');
}
