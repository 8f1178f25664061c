//{"strict":true,"ids":["shared-domain-invocation-front-end.js"],"needs":["common-domain-invocation-front-end.js","common-domain-model.js","common-domain-text-sentence.js"],"modules":{}}
exports.modules={
};
