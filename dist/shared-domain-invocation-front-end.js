//{"strict":true,"ids":["shared-domain-invocation-front-end.js"],"needs":["common-http-rest.js"],"modules":{}}
exports.modules={
};
