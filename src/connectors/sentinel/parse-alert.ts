// An alert in its two spellings: the flat body of the alert trigger (PascalCase) and a SecurityAlert of the API (camelCase in `properties`).
import { type Alert, SEVERITIES } from '../../model/incident.ts';
import { parseEntities } from './parse-entities.ts';
import { isObject, list, object, oneOf, pick, text, texts, time } from './read.ts';

/** An alert; null when it has no id, because nothing could refer to it. Texts are cut to what cards and tables can hold. */
export function parseAlert(value: unknown): Alert | null {
  if (!isObject(value)) return null;
  const properties = pick(value, 'properties');
  const source = isObject(properties) ? properties : value;
  const id = text(pick(source, 'systemAlertId')) || text(pick(value, 'name')) || text(pick(source, 'providerAlertId'));
  if (id === '') return null;
  const extended = object(pick(source, 'extendedProperties', 'additionalData'));
  const productName = text(pick(source, 'productName'));
  return {
    id,
    title: text(pick(source, 'alertDisplayName', 'displayName', 'friendlyName', 'alertName'), 500) || 'Alert without a title',
    description: text(pick(source, 'description'), 5000),
    severity: oneOf(pick(source, 'severity', 'alertSeverity'), SEVERITIES, 'Informational'),
    productName,
    analyticRuleId: analyticRule(text(pick(source, 'alertType')), extended),
    tactics: tactics(pick(source, 'tactics') ?? pick(source, 'intent')),
    startTime: time(pick(source, 'startTimeUtc', 'startTime')),
    endTime: time(pick(source, 'endTimeUtc', 'endTime')),
    entities: parseEntities(pick(source, 'entities')),
    customDetails: customDetails(extended),
  };
}

/** Scheduled and NRT rules make alerts of type `<workspace guid>_<rule guid>`; other products put their own word there. */
function analyticRule(alertType: string, extended: Readonly<Record<string, unknown>>): string {
  const rule = /^[0-9a-f-]{36}_([0-9a-f-]{36})$/i.exec(alertType);
  if (rule?.[1] !== undefined) return rule[1];
  return texts(pick(extended, 'Analytic Rule Ids'))[0] ?? '';
}

/** A list in the API, a comma-separated text in the trigger's `Intent`. */
function tactics(value: unknown): readonly string[] {
  const found = typeof value === 'string' && !value.startsWith('[') ? value.split(',') : value;
  return texts(found).filter((tactic) => tactic !== 'Unknown');
}

function customDetails(extended: Readonly<Record<string, unknown>>): Alert['customDetails'] {
  const found = object(pick(extended, 'Custom Details', 'CustomDetails'));
  const details: [string, readonly string[]][] = [];
  // At most 20 keys with 50 values each (service limits of custom details).
  for (const [name, value] of Object.entries(found).slice(0, 20)) {
    const values = Array.isArray(value) ? value : typeof value === 'string' && list(value).length > 0 ? list(value) : [value];
    details.push([text(name, 100), texts(values, 50)]);
  }
  return Object.fromEntries(details);
}
