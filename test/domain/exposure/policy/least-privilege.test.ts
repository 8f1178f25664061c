import { describe, expect, test } from '@jest/globals';
import { roleFor } from '../../../../src/domain/exposure/policy/least-privilege.ts';

describe('least privilege', () => {
  test('permissions above the project get a role of their own, and none is named twice', () => {
    const missing = [
      'run.services.getIamPolicy',
      'resourcemanager.folders.getIamPolicy',
      'run.services.getIamPolicy',
    ];
    const role = roleFor(missing, {
      project: 'p-one',
      ancestors: [{ type: 'organization', id: '22' }],
      identity: 'serviceAccount:d@p-one.iam.gserviceaccount.com',
    });
    expect(role?.permissions).toEqual(['resourcemanager.folders.getIamPolicy', 'run.services.getIamPolicy']);
    expect(role?.commands).toEqual([
      'gcloud iam roles create backstayGuard --project=p-one --title="Backstay guard" --stage=GA --permissions=run.services.getIamPolicy || gcloud iam roles update backstayGuard --project=p-one --add-permissions=run.services.getIamPolicy',
      'gcloud projects add-iam-policy-binding p-one --member=serviceAccount:d@p-one.iam.gserviceaccount.com --role=projects/p-one/roles/backstayGuard --condition=None',
      'gcloud iam roles create backstayGuardAbove --organization=22 --title="Backstay guard" --stage=GA --permissions=resourcemanager.folders.getIamPolicy || gcloud iam roles update backstayGuardAbove --organization=22 --add-permissions=resourcemanager.folders.getIamPolicy',
      'gcloud organizations add-iam-policy-binding 22 --member=serviceAccount:d@p-one.iam.gserviceaccount.com --role=organizations/22/roles/backstayGuardAbove --condition=None',
    ]);
    expect(role?.yaml).toContain('- run.services.getIamPolicy\n');
  });

  test('if nothing is missing there is no role', () => {
    expect(roleFor([], { project: 'p-one', ancestors: [] })).toBeUndefined();
  });
});
