//{"strict":true,"ids":["steps-gateway-result.js"],"needs":["common-gcp-gateway-gateways.js"],"modules":{}}
exports.modules={
};
