//{"strict":true,"ids":["actions-login-outside.js","actions-model-open-2.js","actions-model-open.js"],"needs":["common-actions-login-outside.js","common-actions-model.js"],"modules":{}}
exports.modules={
};
