//{"strict":true,"ids":["gcp-login-oidc.js"],"needs":["common-http-rest.js"],"modules":{}}
exports.modules={
};
