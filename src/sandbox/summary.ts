// What all outside systems hold, in one readable JSON: the answer of GET /control/state and the content of the page.

import { isIsolated, statusOf } from './defender/state.ts';
import { liveRegistrations } from './panos/state.ts';
import { describeIncident } from './sentinel/describe.ts';
import type { World } from './world.ts';

export function summarise(world: World, now: Date) {
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
    tickets: world.servicenow.incidents.map((row) => ({
      sys_id: row.sys_id ?? '',
      number: row.number ?? '',
      state: row.state ?? '',
      short_description: row.short_description ?? '',
      description: row.description ?? '',
      urgency: row.urgency ?? '',
      impact: row.impact ?? '',
      priority: row.priority ?? '',
      correlation_id: row.correlation_id ?? '',
      correlation_display: row.correlation_display ?? '',
      close_code: row.close_code ?? '',
      close_notes: row.close_notes ?? '',
      journal: world.servicenow.journal
        .filter((entry) => entry.element_id === row.sys_id)
        .map(({ element, value, sys_created_on }) => ({ element, value, at: sys_created_on })),
    })),
    blocked: liveRegistrations(world.panos, now),
    machines: world.defender.machines.map((machine) => ({
      id: machine.id,
      computerDnsName: machine.computerDnsName,
      healthStatus: machine.healthStatus,
      lastSeen: machine.lastSeen,
      isolated: isIsolated(world.defender, machine, now),
      actions: world.defender.actions
        .filter((action) => action.machineId === machine.id)
        .map((action) => ({
          id: action.id,
          type: action.type,
          comment: action.requestorComment,
          ...statusOf(world.defender, action, now),
        })),
    })),
    indicators: world.defender.indicators,
    mails: world.mail.mails.map(({ id, from, to, subject, messageId, at }) => ({ id, from, to, subject, messageId, at })),
  };
}
