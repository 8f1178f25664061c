//{"strict":true,"ids":["actions-login-outside.js"],"needs":["common-actions-login-outside.js"],"modules":{}}
exports.modules={
};
