//{"strict":true,"ids":["shared-actions-login-inputs-10.js","shared-actions-login-inputs-4.js","shared-actions-login-inputs-5.js","shared-actions-login-inputs-6.js","shared-actions-login-inputs-9.js","shared-actions-login-inputs.js","shared-domain-invocation-front-end-2.js","shared-domain-invocation-front-end.js"],"needs":["common-domain-report-render.js","common-domain-text-span.js","common-http-rest.js","common-inputs-groups-login.js","common-runner-regular-file.js"],"modules":{}}
exports.modules={
};
