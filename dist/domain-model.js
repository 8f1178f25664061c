//{"strict":true,"ids":["domain-model.js","shared-domain-model.js"],"needs":["common-domain-model.js","common-domain-text-sentence.js","common-inputs-groups-login.js","common-inputs-groups-output.js","common-inputs-groups-run.js","common-models-mlflow-definition.js"],"modules":{"20940":[27,127,3,"groups"]}}
exports.modules={
"20940":
(r,e,o)=>{o.r(e),o.d(e,{groups:()=>g});var s=o(77317),a=o(21845),c=o(6427),d=o(48904);const g=[o(34271).where,a.J,s.i,d.e,c.C]},
};
