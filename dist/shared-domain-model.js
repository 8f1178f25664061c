//{"strict":true,"ids":["shared-domain-model.js"],"needs":["common-domain-model.js"],"modules":{}}
exports.modules={
};
