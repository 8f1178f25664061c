//{"strict":true,"ids":["steps-model-follow-alias.js"],"needs":["common-actions-model.js"],"modules":{}}
exports.modules={
};
