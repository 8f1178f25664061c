import { gatewayState } from '../../../../../sandbox/gateway/state.ts';
import { runState } from '../../../../../sandbox/run/model.ts';
import { here } from '../../printed/here.ts';
import type { Stage } from '../stage.ts';

/** A release whose gateway stands in front of the function `ocr`. */

/** The account that the gateway calls the function as. */
export const front = `run@${here.project}.iam.gserviceaccount.com`;

export const frontInputs: Record<string, string> = {
  ...{ openapi: 'openapi.yaml', api: 'ocr', gateway: 'front', backend_service_account: front },
  ...{ api_key: 'AIza-key', gateway_timeout: '60s' },
};

const project = `projects/${here.project}`;
const service = `${project}/locations/${here.region}/services/ocr`;
const deployer = `serviceAccount:${here.deployer}`;

/** Gives the deployer everything that the gateway needs, and then takes one thing away. */
export const withGateway = (takeAway: (stage: Stage) => unknown) => async (stage: Stage) => {
  const { world } = stage.sandbox;
  await stage.set({
    services: { 'apigateway.googleapis.com': 'ENABLED' },
    gatewayKeys: { 'AIza-key': 'consumer' },
  });
  // The API exists, and somebody has enabled its managed service.
  const name = `${project}/locations/global/apis/ocr`;
  gatewayState(world).apis.set(name, {
    ...{ name, displayName: 'ocr', managedService: 'ocr.apigateway.example' },
    createTime: new Date().toISOString(),
  });
  stage.grant(`cloudresourcemanager.googleapis.com/${project}`, 'roles/apigateway.admin', deployer);
  stage.grant(
    `iam.googleapis.com/${project}/serviceAccounts/${front}`,
    'roles/iam.serviceAccountUser',
    deployer,
  );
  stage.grant(`run.googleapis.com/${service}`, 'roles/run.invoker', `serviceAccount:${front}`);
  const url = runState(world).services.get(service)?.doors.get('service')?.url;
  stage.file(
    'openapi.yaml',
    `swagger: '2.0'
info: { title: ocr, version: '1' }
securityDefinitions:
  key: { type: apiKey, name: x-api-key, in: header }
x-google-backend: { address: '${url}' }
paths:
  /text:
    get: { operationId: text, security: [{ key: [] }], responses: {} }
`,
  );
  await takeAway(stage);
};
