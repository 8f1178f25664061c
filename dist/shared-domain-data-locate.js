//{"strict":true,"ids":["shared-domain-data-locate.js"],"needs":["common-domain-ocr-alignment.js"],"modules":{}}
exports.modules={
};
