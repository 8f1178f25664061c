//{"strict":true,"ids":["gcp-login-missing-oidc.js"],"needs":["common-http-rest.js"],"modules":{}}
exports.modules={
};
