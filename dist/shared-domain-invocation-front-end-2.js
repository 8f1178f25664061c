//{"strict":true,"ids":["shared-domain-invocation-front-end-2.js","shared-domain-invocation-front-end.js"],"needs":["common-domain-text-span.js","common-http-rest.js"],"modules":{}}
exports.modules={
};
