//{"strict":true,"ids":["steps-drill-failover-back.js"],"needs":["common-steps-drill-failover-back.js"],"modules":{}}
exports.modules={
};
