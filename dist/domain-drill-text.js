//{"strict":true,"ids":["domain-drill-text.js"],"needs":["common-inputs-groups-drill.js"],"modules":{}}
exports.modules={
};
