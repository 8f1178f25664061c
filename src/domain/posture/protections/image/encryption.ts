import { objectOf, textOf, textOrEmpty } from '../../../data/json.ts';
import { shortName } from '../../../data/resource-name.ts';
import { shellWord } from '../../../exposure/commands.ts';
import type { PostureFacts } from '../../facts.ts';
import { keyName } from '../../read-service.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unread,
  withHoles,
} from '../../row.ts';

function judge({ service, key, exposure }: PostureFacts): Judged {
  if (!service) return notApplicable('There is no Cloud Run service.', exposure.function.call);
  if (!service.ok) return unread('The service was', service);
  const name = keyName(service.value);
  if (name === undefined)
    return absent("The image is encrypted by Google's key.", service.call, {
      about: ['off'],
      text: 'You cannot take the image away from Google by withdrawing a key. Most teams need not.',
      severity: 'info',
      fix: 'If your rules ask for it, set kms_key in the release.',
    });
  if (!key)
    return { state: 'unknown', saw: `The key ${name} was not asked for.`, call: service.call, holes: [] };
  if (!key.ok) return unread(`The key ${shortName(name)} was`, key);
  const primary = objectOf(key.value.primary);
  const [, project = '', location = '', ring = ''] =
    /^projects\/([^/]+)\/locations\/([^/]+)\/keyRings\/([^/]+)\//.exec(name) ?? [];
  const holes: Hole[] = [];
  if (primary.state !== 'ENABLED')
    holes.push({
      about: ['state'],
      text: `The primary version of ${shortName(name)} is ${textOrEmpty(primary.state).toLowerCase() || 'missing'}: no new instance starts.`,
      severity: 'high',
      fix: 'Enable the version, or set another key.',
      call: key.call,
    });
  if (textOf(key.value.rotationPeriod) === undefined)
    holes.push({
      about: ['rotation'],
      text: `${shortName(name)} is never rotated.`,
      severity: 'low',
      fix: 'Rotate it every 90 days. Old versions stay, so nothing has to be encrypted again:',
      commands: [
        `gcloud kms keys update ${shellWord(shortName(name))} --keyring=${shellWord(ring)} --location=${shellWord(location)} --project=${shellWord(project)} --rotation-period=90d --next-rotation-time=$(date -u -d '+90 days' +%Y-%m-%dT%H:%M:%SZ)`,
      ],
      call: key.call,
    });
  return withHoles(`The image is encrypted by ${shortName(name)}.`, key.call, holes);
}

export const encryption: Protection = { id: 'posture-encryption', title: 'Your own key (CMEK)', judge };
