/**
 * The smallest predefined role that these actions ask for, by permission. The first pattern that fits wins. A permission that fits none
 * has no role here: the message then prints the command that lists the roles that have it.
 */
const roles: readonly (readonly [RegExp, string])[] = [
  [/^iam\.serviceAccounts\.actAs$/i, 'roles/iam.serviceAccountUser'],
  [
    /^iam\.serviceAccounts\.(getAccessToken|signBlob|signJwt|implicitDelegation)$/,
    'roles/iam.serviceAccountTokenCreator',
  ],
  [/^iam\.serviceAccounts\.getOpenIdToken$/, 'roles/iam.serviceAccountOpenIdTokenCreator'],
  [/^iam\.serviceAccounts\.getIamPolicy$/, 'roles/iam.securityReviewer'],
  [/^iam\.serviceAccounts\.(get|list)$/, 'roles/iam.serviceAccountViewer'],
  [/^iam\.serviceAccountKeys\.(get|list)$/, 'roles/iam.serviceAccountViewer'],
  [
    /^iam\.(googleapis\.com\/)?workloadIdentityPool(s|Providers)\.(get|list)$/,
    'roles/iam.workloadIdentityPoolViewer',
  ],
  [/^iam\.roles\.(get|list)$/, 'roles/iam.roleViewer'],
  [/^iam\.denypolicies\.(get|list)$/, 'roles/iam.denyReviewer'],
  [/^orgpolicy\.(policy\.get|(policies|constraints)\.list)$/, 'roles/orgpolicy.policyViewer'],
  [/^resourcemanager\.(folders|organizations)\.getIamPolicy$/, 'roles/iam.securityReviewer'],
  [/^resourcemanager\.(projects\.getIamPolicy|(projects|folders|organizations)\.get)$/, 'roles/browser'],
  [/^logging\.((logEntries|logs|views)\.list|(views|buckets|sinks)\.(get|list))$/, 'roles/logging.viewer'],
  [/^logging\.privateLogEntries\.list$/, 'roles/logging.privateLogViewer'],
  [/^monitoring\.alerts\.(get|list)$/, 'roles/monitoring.alertViewer'],
  [
    /^monitoring\.(timeSeries|metricDescriptors|alertPolicies|notificationChannels)\.(get|list)$/,
    'roles/monitoring.viewer',
  ],
  [/^run\.routes\.invoke$/, 'roles/run.invoker'],
  [/^run\.services\.setIamPolicy$/, 'roles/run.admin'],
  [
    /^run\.((services|revisions|routes|configurations|operations)\.(get|list)|services\.getIamPolicy)$/,
    'roles/run.viewer',
  ],
  [/^run\.(services\.(create|update|delete)|revisions\.delete)$/, 'roles/run.developer'],
  [/^cloudfunctions\.functions\.setIamPolicy$/, 'roles/cloudfunctions.admin'],
  [/^cloudfunctions\.functions\.getIamPolicy$/, 'roles/cloudfunctions.viewer'],
  [
    /^cloudfunctions\.(functions\.(get|list|create|update|delete|call|sourceCode[GS]et)|locations\.list|operations\.(get|list))$/,
    'roles/cloudfunctions.developer',
  ],
  // What `gcloud run deploy --source` needs besides the service.
  [
    /^(cloudbuild\.builds\.create|artifactregistry\.repositories\.create|storage\.buckets\.(create|get|list))$/,
    'roles/run.sourceDeveloper',
  ],
  [/^cloudbuild\.builds\.(get|list)$/, 'roles/cloudbuild.builds.viewer'],
  [/^artifactregistry\.repositories\.uploadArtifacts$/, 'roles/artifactregistry.writer'],
  [
    /^artifactregistry\.(repositories\.(get|list|downloadArtifacts)|dockerimages\.(get|list))$/,
    'roles/artifactregistry.reader',
  ],
  [/^secretmanager\.versions\.access$/, 'roles/secretmanager.secretAccessor'],
  [/^secretmanager\.(secrets|versions)\.(get|list)$/, 'roles/secretmanager.viewer'],
  [/^secretmanager\.(secrets|versions)\.getIamPolicy$/, 'roles/iam.securityReviewer'],
  [/^storage\.objects\.(get|list)$/, 'roles/storage.objectViewer'],
  [/^storage\.objects\.(create|update|delete|restore)$/, 'roles/storage.objectUser'],
  [/^serviceusage\.services\.use$/, 'roles/serviceusage.serviceUsageConsumer'],
  [/^serviceusage\.services\.enable$/, 'roles/serviceusage.serviceUsageAdmin'],
  [/^serviceusage\.services\.(get|list)$/, 'roles/serviceusage.serviceUsageViewer'],
  [/^vpcaccess\.connectors\.(get|list|use)$/, 'roles/vpcaccess.user'],
  [/^compute\.(networks|subnetworks)\.(get|list|use)$/, 'roles/compute.networkUser'],
  [/^eventarc\.triggers\.(get|list)$/, 'roles/eventarc.viewer'],
  [/^apigateway\.((apis|gateways|apiconfigs)\.(get|list)|operations\.get)$/, 'roles/apigateway.viewer'],
  [/^apigateway\.(apis|gateways|apiconfigs)\.(create|update|delete)$/, 'roles/apigateway.admin'],
  [
    /^compute\.(regionNetworkEndpointGroups|networkEndpointGroups|backendServices|securityPolicies)\.(get|list)$/,
    'roles/compute.viewer',
  ],
  [/^containeranalysis\.occurrences\.(get|list)$/, 'roles/containeranalysis.occurrences.viewer'],
  [/^binaryauthorization\.policy\.get$/, 'roles/binaryauthorization.policyViewer'],
  [/^cloudkms\.cryptoKeys\.get$/, 'roles/cloudkms.viewer'],
  [/^accesscontextmanager\.\w+\.(get|list)$/, 'roles/accesscontextmanager.policyReader'],
  [/^billing\.(budgets|resourceAssociations)\.(get|list)$/, 'roles/billing.viewer'],
  [/^storage\.buckets\.getIamPolicy$/, 'roles/iam.securityReviewer'],
  [
    /^aiplatform\.(pipelineJobs\.(get|list|create|cancel|delete)|models\.(get|list|update))$/,
    'roles/aiplatform.user',
  ],
  [/^iap\.(web|webServices)\.(get|set)IamPolicy$/, 'roles/iap.admin'],
];

export const roleFor = (permission: string): string | undefined =>
  roles.find(([pattern]) => pattern.test(permission))?.[1];
