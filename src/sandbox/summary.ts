// What all outside systems hold, in one readable JSON: the answer of GET /control/state and the content of the page.
import { describeIncident } from './sentinel/describe.ts';
import type { World } from './world.ts';

export function summarise(world: World, _now: Date) {
  return {
    users: world.graph.users.map(({ user, facts }) => ({
      id: user.id,
      userPrincipalName: user.userPrincipalName,
      displayName: user.displayName,
      userType: user.userType,
      accountEnabled: user.accountEnabled,
      signInSessionsValidFromDateTime: user.signInSessionsValidFromDateTime,
      administrator: facts.administrator,
      onPremisesSyncEnabled: user.onPremisesSyncEnabled === true,
      riskState: facts.risk.state,
    })),
    incidents: world.sentinel.incidents.map((incident) => ({
      id: describeIncident(incident).id,
      name: incident.name,
      number: incident.incidentNumber,
      etag: incident.etag,
      title: incident.title,
      severity: incident.severity,
      status: incident.status,
      classification: incident.classification ?? '',
      classificationReason: incident.classificationReason ?? '',
      classificationComment: incident.classificationComment ?? '',
      owner: incident.owner.userPrincipalName ?? incident.owner.assignedTo ?? incident.owner.email ?? '',
      labels: incident.labels.map((label) => label.labelName),
      comments: incident.comments.map(({ name, message, createdTimeUtc }) => ({ name, message, createdTimeUtc })),
      tasks: incident.tasks.map(({ name, title, status }) => ({ name, title, status })),
      playbookRuns: incident.playbookRuns,
    })),
  };
}
