//{"strict":true,"ids":["inputs-of-guard.js"],"needs":["common-inputs-groups-run.js"],"modules":{"95056":[27,127,3,"groups"]}}
exports.modules={
"95056":
(r,e,a)=>{a.r(e),a.d(e,{groups:()=>g});var o=a(34785),s=a(77317),c=a(6427),d=a(48904);const g=[a(34271).where,s.i,d.e,o.a,c.C]},
};
