//{"strict":true,"ids":["shared-domain-text-safe-text.js"],"needs":["common-domain-report-render.js","common-runner-regular-file.js"],"modules":{}}
exports.modules={
};
