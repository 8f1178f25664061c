//{"strict":true,"ids":["shared-actions-login-inputs-4.js","shared-actions-login-inputs-6.js","shared-actions-login-inputs.js","shared-domain-text-span.js"],"needs":["common-domain-report-render.js","common-domain-text-span.js","common-inputs-groups-login.js","common-runner-regular-file.js"],"modules":{}}
exports.modules={
};
