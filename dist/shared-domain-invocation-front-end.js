//{"strict":true,"ids":["shared-domain-invocation-front-end.js"],"needs":["common-domain-invocation-front-end.js","common-domain-model.js"],"modules":{}}
exports.modules={
};
