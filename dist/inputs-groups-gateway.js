//{"strict":true,"ids":["inputs-groups-gateway.js"],"needs":["common-inputs-groups-gateway.js","common-inputs-groups-login.js","common-inputs-groups-output.js","common-inputs-groups-run.js"],"modules":{"99755":[27,127,3,"groups"]}}
exports.modules={
"99755":
(e,r,o)=>{o.r(r),o.d(r,{groups:()=>g});var s=o(33474),a=o(77317),c=o(6427),d=o(48904);const g=[o(34271).where,a.i,d.e,s.e,c.C]},
};
