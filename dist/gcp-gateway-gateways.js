//{"strict":true,"ids":["gcp-gateway-gateways.js"],"needs":["common-domain-gateway-marker.js","common-gcp-gateway-gateways.js"],"modules":{}}
exports.modules={
};
