//{"strict":true,"ids":["steps-model-keep-tags.js"],"needs":["common-domain-model-tags.js"],"modules":{}}
exports.modules={
};
