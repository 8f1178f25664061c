//{"strict":true,"ids":["gcp-gateway-gateways.js"],"needs":["common-domain-gateway-lint-security.js","common-gcp-gateway-gateways.js"],"modules":{}}
exports.modules={
};
