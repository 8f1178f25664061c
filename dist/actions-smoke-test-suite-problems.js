//{"strict":true,"ids":["actions-smoke-test-suite-problems.js"],"needs":["common-domain-findings-rules-traffic.js","common-domain-ocr-alignment.js","common-domain-report-render.js","common-http-smoke-client.js"],"modules":{}}
exports.modules={
};
