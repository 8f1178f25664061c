import { type JsonObject, objectOf, textOf, textOrEmpty } from '../../../data/json.ts';
import { shortName } from '../../../data/resource-name.ts';
import { shellWord } from '../../../exposure/commands.ts';
import type { PostureFacts } from '../../facts.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unread,
  withHoles,
} from '../../row.ts';

const severityOf = (one: JsonObject): string => {
  const { effectiveSeverity, severity } = objectOf(one.vulnerability);
  const effective = textOf(effectiveSeverity);
  return effective !== undefined && effective !== 'SEVERITY_UNSPECIFIED' ? effective : textOrEmpty(severity);
};

function judge({ scan, image, service, exposure }: PostureFacts): Judged {
  if (service && !service.ok) return unread('The service was', service);
  if (!scan)
    return image === undefined
      ? notApplicable('There is no image yet.')
      : {
          state: 'unknown',
          saw: 'The revision names its image by a tag, so nobody can say which image was scanned.',
          call: '',
          holes: [],
        };
  const enable = {
    fix: 'Switch the scan on. Google charges for every image that it scans:',
    commands: [
      `gcloud services enable containerscanning.googleapis.com --project=${shellWord(exposure.target.project)}`,
    ],
  };
  if (!scan.ok && scan.cause === 'api-off')
    return absent('Container Analysis is not enabled, so nothing scans the image.', scan.call, {
      about: ['off'],
      text: 'Nobody would notice a known hole in the image.',
      severity: 'medium',
      ...enable,
    });
  if (!scan.ok) return unread('The results of the scan were', scan);
  const discovery = scan.value.find(({ kind }) => kind === 'DISCOVERY');
  const found = scan.value.filter(({ kind }) => kind === 'VULNERABILITY');
  const state = objectOf(discovery?.discovery);
  const status = textOrEmpty(state.analysisStatus);
  if (discovery === undefined && found.length === 0)
    return absent('This image was never scanned.', scan.call, {
      about: ['never'],
      text: 'Nobody would notice a known hole in the image.',
      severity: 'medium',
      ...enable,
    });
  if (/^(PENDING|SCANNING)$/.test(status))
    return { state: 'unknown', saw: 'The scan of this image is still running.', call: scan.call, holes: [] };
  if (/^FINISHED_(FAILED|UNSUPPORTED)$/.test(status))
    return absent(`The scan of this image ended as ${status}.`, scan.call, {
      about: ['failed'],
      text: 'The scan could not read this image, so it knows none of its holes.',
      severity: 'medium',
      fix: 'Build from a base image that Artifact Analysis knows.',
    });
  if (found.length === 0 && !/^(FINISHED_SUCCESS|COMPLETE)$/.test(status))
    return {
      state: 'unknown',
      saw: 'The scan of this image does not say that it ended.',
      call: scan.call,
      holes: [],
    };
  const serious = found.filter((one) => /^(CRITICAL|HIGH)$/.test(severityOf(one)));
  const fixable = serious.filter((one) => objectOf(one.vulnerability).fixAvailable === true);
  const named = (all: readonly JsonObject[]) => [
    ...new Set(all.map(({ noteName }) => shortName(textOrEmpty(noteName)))),
  ];
  const holes: Hole[] = [];
  if (fixable.length > 0)
    holes.push({
      // The list changes with every scan: which holes there are is what a change is about.
      about: ['fixable', ...named(fixable).sort().slice(0, 20)],
      text: `${fixable.length} critical or high ${fixable.length === 1 ? 'vulnerability has' : 'vulnerabilities have'} a fix that the image lacks: ${named(fixable).slice(0, 3).join(', ')}${named(fixable).length > 3 ? ' and others' : ''}.`,
      severity: fixable.some((one) => severityOf(one) === 'CRITICAL') ? 'high' : 'medium',
      fix: 'Release again, so that the image is built on the newest base. If they stay, update the packages.',
      call: scan.call,
    });
  if (state.continuousAnalysis === 'INACTIVE')
    holes.push({
      about: ['inactive'],
      text: 'Google no longer looks for new vulnerabilities in this image, because nobody has pulled it for 30 days.',
      severity: 'low',
      fix: 'Release again: a new image is watched.',
      call: scan.call,
    });
  const saw = `${found.length} known ${found.length === 1 ? 'vulnerability' : 'vulnerabilities'}, ${serious.length} critical or high, ${fixable.length} of those with a fix.`;
  return withHoles(saw, scan.call, holes);
}

export const vulnerabilities: Protection = {
  id: 'posture-vulnerabilities',
  title: 'Image vulnerabilities',
  judge,
};
