//{"strict":true,"ids":["actions-model-open-2.js"],"needs":["common-domain-model-tags.js"],"modules":{}}
exports.modules={
};
