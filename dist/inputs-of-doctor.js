//{"strict":true,"ids":["inputs-of-doctor.js"],"needs":["common-domain-deploy-kind.js","common-domain-deploy-quantity.js","common-domain-deploy-values.js","common-domain-smoke-command-environment.js","common-inputs-groups-login.js","common-inputs-groups-objectives.js","common-inputs-groups-output.js","common-inputs-groups-smoke.js"],"modules":{"39062":[27,154,3,"groups"]}}
exports.modules={
"39062":
(r,e,a)=>{a.r(e),a.d(e,{groups:()=>i});var o=a(77317),s=a(48991),c=a(6427),d=a(20691),g=a(697),h=a(9135);const i=[a(34271).where,h.a,o.i,d.e,g.Q,s.l,c.C]},
};
