//{"strict":true,"ids":["domain-summary-release-view-2.js"],"needs":["common-domain-summary-release-next.js"],"modules":{}}
exports.modules={
};
