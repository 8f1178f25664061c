//{"strict":true,"ids":["actions-model-open-2.js"],"needs":["common-actions-model.js"],"modules":{}}
exports.modules={
};
