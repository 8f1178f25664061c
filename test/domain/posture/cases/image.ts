import {
  apiOff,
  broken,
  denied,
  digest,
  discovery,
  read,
  serviceOf,
  vulnerability,
} from '../../../support/posture-facts.ts';
import { type Case, casesOf } from './case.ts';

const scan = casesOf('posture-vulnerabilities');
const signed = casesOf('posture-signatures');
const key = casesOf('posture-encryption');
const threats = casesOf('posture-threats');

const found = (...list: object[]) => ({ scan: read(list as never[], 'GET occurrences') });
const service = (change: object) => ({ service: read(serviceOf(change as never), 'GET run/v2/s') });
const asks = service({ binaryAuthorization: { useDefault: true } });
const policy = (rule: object, more: object = {}) => ({
  ...asks,
  admission: read(
    { name: 'projects/p-one/policy', defaultAdmissionRule: rule, ...more } as never,
    'GET policy',
  ),
});
const attest = {
  evaluationMode: 'REQUIRE_ATTESTATION',
  enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
  requireAttestationsBy: ['projects/p-one/attestors/built'],
};
const keyName = 'projects/p-one/locations/us-central1/keyRings/ring/cryptoKeys/ocr';
const encrypted = service({
  template: { serviceAccount: 'ocr@p-one.iam.gserviceaccount.com', encryptionKey: keyName },
});
const keyOf = (change: object) => ({
  ...encrypted,
  key: read(
    { name: keyName, primary: { state: 'ENABLED' }, rotationPeriod: '7776000s', ...change } as never,
    'GET cloudkms',
  ),
});

export const imageCases: Case[] = [
  scan('nothing is known', 'present', {}),
  scan('a scan that does not say that it ended', 'unknown', found(discovery({ analysisStatus: undefined }))),
  scan('a mild one', 'present', found(discovery(), vulnerability({ effectiveSeverity: 'LOW' }))),
  scan('a severe one without a fix', 'present', found(discovery(), vulnerability({ fixAvailable: false })), {
    says: /1 critical or high, 0 of those with a fix/,
  }),
  scan('a severe one with a fix', 'bypassable', found(discovery(), vulnerability()), {
    says: /CVE-2026-0001/,
    severity: 'medium',
  }),
  scan(
    'a critical one with a fix',
    'bypassable',
    found(discovery(), vulnerability({ effectiveSeverity: 'CRITICAL' })),
    { severity: 'high' },
  ),
  scan(
    'only the maker says how severe',
    'bypassable',
    found(discovery(), vulnerability({ effectiveSeverity: 'SEVERITY_UNSPECIFIED', severity: 'CRITICAL' })),
    { severity: 'high' },
  ),
  scan('nobody looks any more', 'bypassable', found(discovery({ continuousAnalysis: 'INACTIVE' })), {
    says: /30 days/,
    severity: 'low',
  }),
  scan('never scanned', 'absent', found(), { says: /known hole/, severity: 'medium' }),
  scan('the API is off', 'absent', { scan: apiOff('GET occurrences') }),
  scan(
    'a base that it does not know',
    'absent',
    found(discovery({ analysisStatus: 'FINISHED_UNSUPPORTED' })),
    { says: /FINISHED_UNSUPPORTED/ },
  ),
  scan('still running', 'unknown', found(discovery({ analysisStatus: 'SCANNING' }))),
  scan('a tag', 'unknown', { image: 'us-docker.pkg.dev/p/r/ocr:latest', scan: undefined }),
  scan(
    'may not be read',
    'unknown',
    { scan: denied('GET occurrences', 'containeranalysis.occurrences.list') },
    { permission: 'containeranalysis.occurrences.list' },
  ),
  scan('no image', 'not applicable', { image: undefined, scan: undefined }),

  signed('an attestation is asked for', 'present', policy(attest)),
  signed('off', 'absent', {}, { severity: 'low' }),
  signed(
    'the policy allows all',
    'bypassable',
    policy({ evaluationMode: 'ALWAYS_ALLOW', enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG' }),
    { says: /ALWAYS_ALLOW/ },
  ),
  signed('a dry run', 'bypassable', policy({ ...attest, enforcementMode: 'DRYRUN_AUDIT_LOG_ONLY' }), {
    says: /only writes to the log/,
  }),
  signed(
    'a pattern for this image',
    'bypassable',
    policy(attest, { admissionWhitelistPatterns: [{ namePattern: 'us-central1-docker.pkg.dev/p-one/**' }] }),
    { says: /exempts this image/ },
  ),
  signed(
    'a pattern for another image',
    'present',
    policy(attest, { admissionWhitelistPatterns: [{ namePattern: 'gcr.io/google_containers/*' }] }),
  ),
  signed(
    'a pattern for the folder above',
    'present',
    policy(attest, { admissionWhitelistPatterns: [{ namePattern: 'us-central1-docker.pkg.dev/p-one/*' }] }),
  ),
  signed(
    'break glass',
    'bypassable',
    {
      ...policy(attest),
      ...service({ binaryAuthorization: { useDefault: true, breakglassJustification: 'incident 7' } }),
    },
    { says: /ignores the policy/, severity: 'high' },
  ),
  signed(
    'a policy of a platform',
    'unknown',
    service({ binaryAuthorization: { policy: 'projects/p-one/platforms/cloudRun/strict' } }),
    { says: /strict/ },
  ),
  signed(
    'may not be read',
    'unknown',
    { ...asks, admission: denied('GET policy', 'binaryauthorization.policy.get') },
    { permission: 'binaryauthorization.policy.get' },
  ),
  signed('a first generation', 'not applicable', { service: undefined, image: digest }),

  key('a key that lives and turns', 'present', keyOf({})),
  key('none', 'absent', {}, { severity: 'info' }),
  key('disabled', 'bypassable', keyOf({ primary: { state: 'DISABLED' } }), {
    says: /no new instance starts/,
    severity: 'high',
  }),
  key('no version at all', 'bypassable', keyOf({ primary: undefined }), { says: /missing/ }),
  key('never rotated', 'bypassable', keyOf({ rotationPeriod: undefined }), { severity: 'low' }),
  key(
    'may not be read',
    'unknown',
    { ...encrypted, key: denied('GET cloudkms', 'cloudkms.cryptoKeys.get') },
    { permission: 'cloudkms.cryptoKeys.get' },
  ),
  key('a first generation', 'not applicable', { service: undefined }),

  threats('on', 'present', service({ threatDetectionEnabled: true })),
  threats('on, with SSH', 'bypassable', service({ threatDetectionEnabled: true, sshEnabled: true }), {
    says: /SSH/,
    severity: 'medium',
  }),
  threats('off', 'absent', {}, { severity: 'info' }),
  threats('may not be read', 'unknown', { service: broken('GET run/v2/s') }),
  threats('a first generation', 'not applicable', { service: undefined }),
];
