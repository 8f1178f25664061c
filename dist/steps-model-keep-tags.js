//{"strict":true,"ids":["steps-model-keep-tags.js"],"needs":["common-actions-model.js"],"modules":{}}
exports.modules={
};
