// What the actions of Sentinel take and give. The incident of the run is meant when none is named.
import { z } from 'zod';
import { CLASSIFICATION_REASONS, CLASSIFICATIONS, INCIDENT_STATUSES, SEVERITIES } from '../../model/incident.ts';

const incident = z.string().trim().min(1).optional().describe('ARM id of the incident; the incident of the run when left out');
const comment = z.string().max(30_000).optional().describe('Added to the incident as a comment, e.g. the decision and who made it');
const owner = z.string().trim().max(400).describe('User principal name of the new owner; empty to unassign');
const tags = z.array(z.string().trim().min(1).max(200)).min(1).max(50);

export const GetIncidentInput = z.object({ incident });

export const UpdateIncidentInput = z.object({
  incident,
  severity: z.enum(SEVERITIES).optional().describe('New severity'),
  status: z
    .enum(['New', 'Active'])
    .optional()
    .describe('New status; to close use sentinel.close_incident, which asks for a classification'),
  owner: owner.optional(),
  add_tags: tags.optional().describe('Tags to add'),
  remove_tags: tags.optional().describe('Tags to take away'),
  comment,
});

export const CloseIncidentInput = z
  .object({
    incident,
    classification: z.enum(CLASSIFICATIONS).describe('What the incident turned out to be'),
    reason: z
      .enum(['SuspiciousActivity', 'SuspiciousButExpected', 'IncorrectAlertLogic', 'InaccurateData'])
      .optional()
      .describe('Must go with the classification; may be left out where there is only one'),
    comment: z.string().max(30_000).optional().describe('Why, kept with the classification'),
  })
  .superRefine(({ classification, reason }, problems) => {
    const allowed: readonly string[] = CLASSIFICATION_REASONS[classification];
    if (reason === undefined ? allowed.length <= 1 : allowed.includes(reason)) return;
    const remedy = allowed.length === 0 ? 'leave the reason out' : `use ${allowed.join(' or ')}`;
    const what =
      reason === undefined ? `a reason is missing for ${classification}` : `the reason ${reason} does not go with ${classification}`;
    problems.addIssue({ code: 'custom', path: ['reason'], message: `${what}: ${remedy}` });
  });

export const AddCommentInput = z.object({
  incident,
  text: z.string().trim().min(1).describe('Plain text; what is HTML in it is shown as written. Cut at 30 000 characters'),
});

export const AssignIncidentInput = z.object({ incident, owner, comment });
export const TagsInput = z.object({ incident, tags: tags.describe('Tags'), comment });

/** An incident after it was read or written. */
export const IncidentOutput = z.object({
  incident: z.string().describe('ARM id'),
  number: z.number(),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  status: z.enum(INCIDENT_STATUSES),
  classification: z.string(),
  reason: z.string(),
  owner: z.string().describe('User principal name, mail address or name; empty when nobody owns it'),
  tags: z.array(z.string()),
  url: z.string(),
});

export const CommentOutput = z.object({ incident: z.string().describe('ARM id'), comment: z.string().describe('Id of the comment') });
