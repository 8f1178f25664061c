//{"strict":true,"ids":["domain-summary-smoke-section-2.js"],"needs":["common-domain-summary-smoke-section.js"],"modules":{}}
exports.modules={
};
