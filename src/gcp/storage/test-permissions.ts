import type { RestCall } from '../../http/rest.ts';

/**
 * Asks which permissions are held on a bucket. The call itself needs none.
 * https://docs.cloud.google.com/storage/docs/json_api/v1/buckets/testIamPermissions
 */
export function testBucket(bucket: string, permissions: readonly string[]): RestCall {
  const asked = permissions.map((permission) => `permissions=${encodeURIComponent(permission)}`).join('&');
  const path = `storage/v1/b/${encodeURIComponent(bucket)}/iam/testPermissions?${asked}`;
  return { api: 'storage', method: 'GET', path };
}
