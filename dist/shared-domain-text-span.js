//{"strict":true,"ids":["shared-domain-text-span.js"],"needs":["common-domain-text-span.js"],"modules":{}}
exports.modules={
};
