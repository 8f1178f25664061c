//{"strict":true,"ids":["steps-model-follow-alias.js"],"needs":["common-domain-model-tags.js"],"modules":{}}
exports.modules={
};
