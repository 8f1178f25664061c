/** Calls the sandbox with Google's own Node clients. Prints one line of JSON per call: {"call", "error"}. */
import { createRequire } from 'node:module';

const [folder, region, id, token] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const project = process.env.CLOUDSDK_CORE_PROJECT;
const parent = `projects/${project}/locations/${region}`;
const service = `${parent}/services/${id}`;
const name = `${parent}/functions/${id}`;

/** Options of a client that speaks REST to the sandbox. */
function options(api) {
  const { hostname, port } = new URL(process.env[`CLOUDSDK_API_ENDPOINT_OVERRIDES_${api}`]);
  const { OAuth2Client } = require('google-auth-library');
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: token });
  return {
    fallback: true,
    protocol: 'http',
    apiEndpoint: hostname,
    port: Number(port),
    authClient,
    projectId: project,
  };
}
const { FunctionServiceClient } = require('@google-cloud/functions').v2;
const { ServicesClient, RevisionsClient } = require('@google-cloud/run').v2;
const { v2: logging } = require('@google-cloud/logging');
const monitoring = require('@google-cloud/monitoring');
const functions = new FunctionServiceClient(options('CLOUDFUNCTIONS'));
const services = new ServicesClient(options('RUN'));
const revisions = new RevisionsClient(options('RUN'));
const logs = new logging.LoggingServiceV2Client(options('LOGGING'));
const config = new logging.ConfigServiceV2Client(options('LOGGING'));
const metrics = new monitoring.MetricServiceClient(options('MONITORING'));

async function call(what, work) {
  let error = null;
  try {
    if ((await work()) === false) error = 'the answer is not the expected one';
  } catch (problem) {
    error = String(problem).slice(0, 400);
  }
  console.log(JSON.stringify({ call: `node ${what}`, error }));
}
const some = ([list]) => list.length > 0;
const now = Math.floor(Date.now() / 1000);
const interval = { startTime: { seconds: now - 3600 }, endTime: { seconds: now } };
const request = { name: `projects/${project}` };

await call('functions list', async () => some(await functions.listFunctions({ parent })));
await call('functions list with a filter', async () =>
  some(await functions.listFunctions({ parent, filter: 'environment="GEN_2"' })),
);
await call('functions get', async () => (await functions.getFunction({ name }))[0].state === 'ACTIVE');
await call(
  'functions runtimes',
  async () => (await functions.listRuntimes({ parent }))[0].runtimes.length > 3,
);
await call(
  'functions upload URL',
  async () => (await functions.generateUploadUrl({ parent }))[0].uploadUrl !== '',
);
await call(
  'functions download URL',
  async () => (await functions.generateDownloadUrl({ name }))[0].downloadUrl !== '',
);
await call('functions update of the description', async () => {
  const fn = { name, description: 'from Node' };
  const [operation] = await functions.updateFunction({
    function: fn,
    updateMask: { paths: ['description'] },
  });
  return (await operation.promise())[0].description === 'from Node';
});
await call(
  'functions policy',
  async () => (await functions.getIamPolicy({ resource: name }))[0].etag.length > 0,
);
await call('functions permissions', async () => {
  const permissions = ['cloudfunctions.functions.get'];
  return (await functions.testIamPermissions({ resource: name, permissions }))[0].permissions.length === 1;
});
await call('functions locations', async () => {
  for await (const place of functions.listLocationsAsync(request)) return place.locationId !== '';
  return false;
});
await call('run services list', async () => some(await services.listServices({ parent })));
await call(
  'run services get',
  async () => (await services.getService({ name: service }))[0].name === service,
);
await call('run services traffic', async () => {
  const traffic = [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }];
  const [operation] = await services.updateService({
    service: { name: service, traffic },
    updateMask: { paths: ['traffic'] },
  });
  return (await operation.promise())[0].name === service;
});
await call(
  'run services policy',
  async () => (await services.getIamPolicy({ resource: service }))[0].etag.length > 0,
);
await call('run services permissions', async () => {
  const permissions = ['run.services.get'];
  return (await services.testIamPermissions({ resource: service, permissions }))[0].permissions.length === 1;
});
await call('run revisions list', async () => some(await revisions.listRevisions({ parent: service })));
await call('run revisions get', async () => {
  const [[{ name: revision }]] = await revisions.listRevisions({ parent: service });
  return (await revisions.getRevision({ name: revision }))[0].name === revision;
});
const logName = `projects/${project}/logs/node-log`;
const entries = [{ logName, resource: { type: 'global' }, textPayload: 'hello', severity: 'INFO' }];
await call('logging write', async () => void (await logs.writeLogEntries({ entries })));
await call('logging write of a structure', async () => {
  const jsonPayload = { fields: { message: { stringValue: 'hello' } } };
  await logs.writeLogEntries({ logName, resource: { type: 'global' }, entries: [{ jsonPayload }] });
});
await call('logging list', async () =>
  some(await logs.listLogEntries({ resourceNames: [`projects/${project}`], filter: `logName="${logName}"` })),
);
await call('logging list newest first', async () =>
  some(
    await logs.listLogEntries({
      resourceNames: [`projects/${project}`],
      orderBy: 'timestamp desc',
      pageSize: 3,
    }),
  ),
);
await call('logging logs', async () => some(await logs.listLogs({ parent: `projects/${project}` })));
await call('logging sinks', async () => some(await config.listSinks({ parent: `projects/${project}` })));
await call('logging buckets', async () =>
  some(await config.listBuckets({ parent: `projects/${project}/locations/-` })),
);
await call('logging delete of a log', async () => void (await logs.deleteLog({ logName })));
await call('monitoring metric descriptors', async () => some(await metrics.listMetricDescriptors(request)));
await call('monitoring one metric descriptor', async () => {
  const type = 'run.googleapis.com/request_count';
  return (
    (await metrics.getMetricDescriptor({ name: `${request.name}/metricDescriptors/${type}` }))[0].type ===
    type
  );
});
await call('monitoring resource descriptors', async () =>
  some(await metrics.listMonitoredResourceDescriptors(request)),
);
await call('monitoring time series', async () => {
  const filter = 'metric.type = "run.googleapis.com/request_count" AND resource.type = "cloud_run_revision"';
  return Array.isArray((await metrics.listTimeSeries({ ...request, filter, interval, view: 'FULL' }))[0]);
});
