//{"strict":true,"ids":["domain-summary-smoke-section-2.js","domain-summary-smoke-section.js"],"needs":["common-domain-ocr-alignment.js","common-domain-smoke-champion-compare.js","common-domain-summary-smoke-section.js"],"modules":{}}
exports.modules={
};
