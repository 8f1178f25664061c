//{"strict":true,"ids":["gcp-logs-log-entries.js"],"needs":["common-domain-logs-entry.js"],"modules":{}}
exports.modules={
};
